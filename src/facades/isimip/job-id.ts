import { createHash } from "node:crypto";
import { canonicalJson } from "../../canonical-json.ts";
import type { Config } from "../../config.ts";
import { maskSettings, own, readsMaskOfFacility } from "../../operations/extract/facility.ts";
import type { Asked } from "./ask.ts";
import { type FileVersion, versionOf } from "./check-paths.ts";
import type { Question, Version } from "./question.ts";

/**
 * The same for the same question about the same files: fields that are not known, the order of keys
 * and the writing of numbers make no difference; a file or a mask that was replaced does.
 */
export function jobIdOf({ question, versions }: Asked, masks: readonly MaskVersion[]): string {
  const { version, paths, operations } = question;
  const uploads = question.uploads.map(({ name, sha256 }) => ({ name, sha256 }));
  const text = canonicalJson({ version, paths, operations, uploads, versions, masks });
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}

/** Of the service's own masks that operations read; missing where workers alone have them. */
export function masksOf(
  { operations }: Question,
  { facility }: Pick<Config, "facility">,
): Promise<MaskVersion[]> {
  const paths = own(facility.extract ?? {});
  return Promise.all(
    operations.map(async ({ operation }) => {
      const name = String(operation);
      const path = readsMaskOfFacility(name) ? paths[maskSettings[name]] : undefined;
      return path === undefined ? null : versionOf(path);
    }),
  );
}

type MaskVersion = FileVersion | "missing" | null;

/** Under which the ledger knows a job of its caller. */
export function keyOf(version: Version, id: string): string {
  return `isimip:${version}:${id}`;
}
