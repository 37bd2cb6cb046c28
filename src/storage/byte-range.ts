import type { ByteRange } from "./contract.ts";

/**
 * A single byte range (RFC 9110). Undefined if the whole object is to be sent: no header, an
 * unknown unit, an invalid range, or several ranges.
 */
export function readRange(
  header: string | undefined,
  size: number,
): Required<ByteRange> | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^\s*bytes=(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return suffix(Number(last), size);
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end };
}

function suffix(bytes: number, size: number): Required<ByteRange> | "unsatisfiable" {
  return bytes === 0 || size === 0
    ? "unsatisfiable"
    : { start: Math.max(0, size - bytes), end: size - 1 };
}
