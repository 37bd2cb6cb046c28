import type { SubmitCheck } from "../contract.ts";
import { type BuiltInSettings, isOutside, type TransformSettings } from "./settings.ts";

/**
 * Why the next step would find other types than this one has written; undefined where it does not.
 * CSV and JSON have text and numbers alone, so the next step would look for types again.
 */
export function lostTypes(
  { format }: BuiltInSettings,
  { next }: Pick<SubmitCheck, "next">,
): string | undefined {
  if (format === "parquet" || next?.operation !== "transform") return undefined;
  const following = next.settings as TransformSettings;
  if (isOutside(following)) return undefined;
  const { read } = following;
  if (read?.types || read?.all_text) return undefined;
  return `The next step would have to find the types of the columns again in ${format}: write parquet here, which keeps them, or set read.types or read.all_text in the next step.`;
}
