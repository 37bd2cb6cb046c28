/** Quoted where a shell would split or read it. */
export function shellWord(text: string): string {
  return /^[\w./@%:+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
