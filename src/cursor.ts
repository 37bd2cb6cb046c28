import { RequestError } from "./errors.ts";
import { isUuid } from "./uuid.ts";

const shapes = {
  time: isTime,
  uuid: isUuid,
  number: (text: string) => /^\d{1,18}$/.test(text),
};

/** A cursor is opaque to clients: the key of the last row of a page, never an offset. */
export function encodeCursor(parts: (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts.map(String))).toString("base64url");
}

/** Throws 400 for anything that is not a cursor of this service. */
export function decodeCursor(cursor: string, shape: (keyof typeof shapes)[]): string[] {
  const parts = parse(cursor);
  if (
    !parts ||
    parts.length !== shape.length ||
    !parts.every((part, index) => shapes[shape[index] ?? "number"](part))
  ) {
    const detail =
      "The cursor does not belong to this list. " +
      "Leave it out to begin at the start, or use `next` of the previous page.";
    throw new RequestError(400, "bad_cursor", detail, [{ pointer: "cursor", detail }]);
  }
  return parts;
}

/** A page of rows that are in the order of their numbers, the highest first. */
export interface NumberPage<Row> {
  items: Row[];
  next: string | null;
}

/** Where such a page begins. */
export function numberBefore(cursor: string | undefined): { before?: bigint } {
  if (cursor === undefined) return {};
  return { before: BigInt(decodeCursor(cursor, ["number"])[0] ?? "0") };
}

/** `rows`: one more than the page holds, if there are more. */
export function numberPage<Row>(
  rows: readonly Row[],
  limit: number,
  numberOf: (row: Row) => number,
): NumberPage<Row> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last ? encodeCursor([numberOf(last)]) : null };
}

/** A time that exists: Postgres refuses a thirteenth month, a 31st of June and a year 0. */
function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return false;
  const time = new Date(text);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === text.slice(0, 19);
}

function parse(cursor: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(value) && value.every((part) => typeof part === "string")
      ? value
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
