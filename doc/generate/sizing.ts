/**
 * doc/sizing.md with what doc/performance.md measured. A row is found by its first cell; where
 * several have the same, the first stands for the first, and so on.
 */
export function withMeasured(sizing: string, performance: string): string {
  const measured = new Map<string, string[]>();
  for (const line of performance.split("\n")) {
    const [, what = "", value = ""] = line.split("|").map((cell) => cell.trim());
    if (line.startsWith("| ")) measured.set(what, [...(measured.get(what) ?? []), value]);
  }
  return sizing.replace(/^\| `(.+?)` \| [^|]* \|/gm, (_row, what: string) => {
    const value = measured.get(what)?.shift();
    if (value === undefined)
      throw new Error(`doc/sizing.md has the row ${what}, and doc/performance.md has not.`);
    return `| \`${what}\` | ${value} |`;
  });
}
