import { timeSlice } from "../time-slice.ts";
import type { CutRules } from "./list-cutter.ts";
import { JsonScan, scannedFromBytes } from "./scan.ts";
import { withList } from "./with-list.ts";

const chunkBytes = 64 * 1024;

export type ListRules = CutRules & Required<Pick<CutRules, "list">>;

/**
 * Parses JSON that may have a long list. What is nested too deeply or has too many values is
 * refused before anything is parsed, and other work goes on between the pieces of the list. Throws
 * a SyntaxError or, for what is not UTF-8, a TypeError.
 */
export async function parseInPieces(content: Buffer, rules: ListRules): Promise<unknown> {
  if (content.length <= scannedFromBytes) return parse(content);
  const pause = timeSlice();
  const pieces: Buffer[] = [];
  const scan = new JsonScan(rules, (piece) => pieces.push(piece));
  for (let at = 0; at < content.length; at += chunkBytes) {
    scan.feed(content.subarray(at, at + chunkBytes));
    await pause();
  }
  const outside = parse(scan.end());
  if (pieces.length === 0) return outside;
  const list: unknown[] = [];
  for (const piece of pieces) {
    const elements = parse(piece, "[", "]") as unknown[];
    if (elements.length === 0 && pieces.length > 1)
      throw new SyntaxError("An element of the list is missing.");
    for (const element of elements) list.push(element);
    await pause();
  }
  return withList(outside, rules.list.path, list);
}

function parse(bytes: Buffer, before = "", after = ""): unknown {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  return JSON.parse(before + text + after);
}
