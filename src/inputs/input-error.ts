import { shownAddress } from "../addresses/shown.ts";

/** Why an input could not be read: a class and a sentence. */
export class InputError extends Error {
  readonly class:
    | "not_found"
    | "forbidden"
    | "unavailable"
    | "too_large"
    | "bad_input"
    | "not_on_disk";
  /** The reason is who reads here, by what settings: another worker may have it. */
  readonly here: boolean;
  constructor(faultClass: InputError["class"], message: string, { here = false } = {}) {
    super(message);
    this.name = "InputError";
    this.class = faultClass;
    this.here = here;
  }
}

/** A location as it is named in sentences: without its secrets, and without a query. */
export function nameOf(location: string): string {
  return schemeOf(location) ? shownAddress(location).replace(/[?#].*$/s, "") : location;
}

/** Whether a location is a file of some machine's disk, not an address. */
export function isOfDisk(location: string): boolean {
  return [undefined, "file"].includes(schemeOf(location));
}

/** The scheme in lower case, without `://`; undefined for a plain path. */
export function schemeOf(location: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
}
