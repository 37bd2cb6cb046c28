/** doc/sizing.md with what doc/performance.md measured: a row is found by its first cell. */
export function withMeasured(sizing: string, performance: string): string {
  const measured = new Map(
    performance.split("\n").flatMap((line) => {
      const [, what = "", value = ""] = line.split("|").map((cell) => cell.trim());
      return line.startsWith("| ") ? [[what, value] as const] : [];
    }),
  );
  return sizing.replace(/^\| `(.+?)` \| [^|]* \|/gm, (_row, what: string) => {
    const value = measured.get(what);
    if (value === undefined)
      throw new Error(`doc/sizing.md has the row ${what}, and doc/performance.md has not.`);
    return `| \`${what}\` | ${value} |`;
  });
}
