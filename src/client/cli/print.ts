// Data goes to standard output, messages to standard error.

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Columns are as wide as their widest cell; the last one is not padded. */
export function printTable(head: string[], rows: (string | number | null)[][]): void {
  const cells = [head, ...rows.map((row) => row.map((cell) => clean(String(cell ?? "-"))))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) {
    print(
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    );
  }
}

/** Text from outside may contain control characters that move the cursor. */
export function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}
