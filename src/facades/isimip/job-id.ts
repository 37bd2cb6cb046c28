import { createHash } from "node:crypto";
import { canonicalJson } from "../../canonical-json.ts";
import type { Asked } from "./ask.ts";
import type { Version } from "./question.ts";

/**
 * The same for the same question about the same files: fields that are not known, the order of keys
 * and the writing of numbers make no difference; a file that was replaced does.
 */
export function jobIdOf({ question, versions }: Asked): string {
  const { version, paths, operations } = question;
  const uploads = question.uploads.map(({ name, sha256 }) => ({ name, sha256 }));
  const text = canonicalJson({ version, paths, operations, uploads, versions });
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}

/** Under which the ledger knows a job of its caller. */
export function keyOf(version: Version, id: string): string {
  return `isimip:${version}:${id}`;
}
