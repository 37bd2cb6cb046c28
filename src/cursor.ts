import { RequestError } from "./errors.ts";

const shapes = {
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  uuid: /^[0-9a-f-]{36}$/i,
  number: /^\d{1,18}$/,
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
    !parts.every((part, index) => shapes[shape[index] ?? "number"].test(part))
  ) {
    const detail =
      "The cursor does not belong to this list. " +
      "Leave it out to begin at the start, or use `next` of the previous page.";
    throw new RequestError(400, "bad_cursor", detail, [{ pointer: "cursor", detail }]);
  }
  return parts;
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
