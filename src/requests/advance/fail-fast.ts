import type { FirstFile } from "./fail-fast-store.ts";

/** Files of different content that must report the same error of the settings. */
const agreeingFiles = 3;

export interface Agreement {
  step: number;
  /** error classes that speak of the settings */
  classes: readonly string[];
  /** these are all files of the dataset */
  whole: boolean;
}

/**
 * The error on which the first files agree, in the dataset's order; undefined where they do not, or
 * not yet. The order of reports plays no part, so that the same request ends alike each time: a
 * file that passes speaks for the settings, one that fails for a reason of its own says nothing.
 */
export function agreedError(
  files: readonly FirstFile[],
  { step, classes, whole }: Agreement,
): string | undefined {
  const contents = new Set<string>();
  let agreed: string | undefined;
  for (const file of files) {
    if (file.state !== "failed" || file.step > step) return undefined;
    if (file.step !== step || file.class === null || !classes.includes(file.class)) continue;
    agreed ??= file.info ?? undefined;
    if (agreed !== file.info) return undefined;
    contents.add(file.content);
    if (contents.size >= agreeingFiles) return agreed;
  }
  return whole ? agreed : undefined;
}
