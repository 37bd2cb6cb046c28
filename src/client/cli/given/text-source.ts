import { readFile, stat } from "node:fs/promises";
import { unreadable } from "../../local-files.ts";
import { usedWrongly } from "../exits.ts";
import { say } from "../print/print.ts";

/** The text of a file, or of standard input for `-`: UTF-8, not empty, at most so many bytes. */
export async function textFrom(option: string, source: string, most: number): Promise<string> {
  const from = source === "-" ? "standard input" : source;
  const bytes =
    source === "-" ? await ofStandardInput(option, most) : await ofFile(option, source, most);
  if (bytes === undefined)
    throw usedWrongly(`${option}: ${from} has more than ${most} bytes, the most that is allowed.`);
  const text = decoded(bytes);
  if (text === undefined) throw usedWrongly(`${option}: ${from} is not UTF-8 text.`);
  if (text.trim() === "") throw usedWrongly(`${option}: ${from} is empty.`);
  return text;
}

async function ofFile(option: string, path: string, most: number): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > most) return undefined;
    const bytes = await readFile(path);
    return bytes.length > most ? undefined : bytes;
  } catch (error) {
    throw usedWrongly(`${option}: ${unreadable(path, error)}`);
  }
}

/** Read no further than to see that it is too long. */
async function ofStandardInput(option: string, most: number): Promise<Buffer | undefined> {
  if (process.stdin.isTTY) say(`${option}: reads what you type; end it with Ctrl-D.`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(Buffer.from(chunk));
    size += (chunk as Buffer).length;
    if (size > most) return undefined;
  }
  return Buffer.concat(chunks);
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
