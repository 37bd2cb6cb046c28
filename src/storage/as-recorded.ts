// Whether an object in the store is the one that the ledger recorded.
interface Recorded {
  size: number;
  /** sha256 in hex */
  checksum?: string | null | undefined;
  etag?: string | null | undefined;
}

/** Completes a sentence that begins with the object's name; undefined if nothing differs. */
export function differenceOf(recorded: Recorded, stored: Recorded): string | undefined {
  if (stored.size !== recorded.size)
    return `has ${stored.size} bytes in the store, ${recorded.size} in the ledger`;
  if (differ(recorded.checksum, stored.checksum)) return "has another checksum in the store";
  if (differ(recorded.etag, stored.etag)) return "was replaced in the store";
  return undefined;
}

function differ(left: string | null | undefined, right: string | null | undefined): boolean {
  return Boolean(left && right && left !== right);
}
