/** "1 file is", "2 files are" */
export function filesAre(count: number): string {
  return count === 1 ? "1 file is" : `${count} files are`;
}

/** "1 file waits", "2 files wait" */
export function filesWait(count: number): string {
  return count === 1 ? "1 file waits" : `${count} files wait`;
}

/** Ends a text of another program with a full stop if it has none. */
export function sentenceEnd(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
