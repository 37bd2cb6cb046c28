import type { FirstFile } from "./fail-fast-store.ts";

/** Files of different content that must report the same error of the settings. */
const agreeingFiles = 3;

export interface Agreement {
  step: number;
  /** error classes that mean the settings are wrong */
  classes: readonly string[];
  /** these are all files of the dataset */
  whole: boolean;
}

/**
 * The error that the first files agree on, in the dataset's order; undefined if they do not agree,
 * or not yet. The order of reports does not matter, so the same request ends the same way each
 * time. A file that succeeds shows that the settings work; one that fails for another reason shows
 * nothing.
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
