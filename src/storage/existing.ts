// What a PUT does where an object has the name already: once stored, an object never changes.
import { RequestError } from "../errors.ts";

/**
 * `same`: the same content again is fine, other content is refused. `refuse`: refused in any case.
 * `replace`: for what nobody relies on yet, as parts of an upload.
 */
export type IfExists = "same" | "refuse" | "replace";

interface Content {
  size: number;
  /** sha256 in hex */
  checksum: string;
}

/** Throws 409 unless what was sent is what is stored. */
export function assertSame(
  name: string,
  stored: Content,
  sent: Content,
  existing: IfExists = "same",
): void {
  const isSame = stored.size === sent.size && stored.checksum === sent.checksum;
  if (!isSame || existing === "refuse") throw objectExists(name);
}

export function objectExists(name: string): RequestError {
  return new RequestError(
    409,
    "object_exists",
    `${JSON.stringify(name)} is already stored and stays as it is. Store other content under ` +
      "another name.",
  );
}
