/** Why an input could not be read: a class and a sentence. */
export class InputError extends Error {
  readonly class: "not_found" | "forbidden" | "unavailable" | "too_large" | "bad_input";
  constructor(faultClass: InputError["class"], message: string) {
    super(message);
    this.name = "InputError";
    this.class = faultClass;
  }
}

/** A location as it may be shown and stored: without the query, which is a key in a signed URL. */
export function nameOf(location: string): string {
  return schemeOf(location) ? location.replace(/[?#].*$/s, "") : location;
}

/** The scheme in lower case, without `://`; undefined for a plain path. */
export function schemeOf(location: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
}
