// What keeps a browser from running an object as a page of this service: objects are what users
// and workers made of data that may be hostile.
import { basename } from "node:path/posix";
import { create as contentDisposition } from "content-disposition";

/** Of everything that is delivered: no guess of a type, no script, no form, no frame. */
export const browserHeaders = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
};

const shown = [
  "text/(plain|csv|tab-separated-values)",
  "application/(json|x-ndjson|vnd\\.apache\\.parquet)",
  "image/(png|jpeg|gif|webp)",
  "(audio|video)/[a-z0-9.+-]+",
];
/** One type and at most its charset: browsers read the last of several types. */
const inert = new RegExp(`^(${shown.join("|")})(\\s*;\\s*charset=[\\w-]+)?$`, "i");
const asFile = /^\s*attachment\s*(;|$)/i;

/**
 * Always a file to save, except where the caller asks for a type that no browser runs. A caller's
 * own name for the file is kept.
 */
export function dispositionOf(
  name: string,
  asked: { type?: string | undefined; disposition?: string | undefined } = {},
): string | undefined {
  if (asked.disposition !== undefined && asFile.test(asked.disposition)) return asked.disposition;
  if (asked.type !== undefined && inert.test(asked.type.trim())) return asked.disposition;
  return contentDisposition(basename(name));
}
