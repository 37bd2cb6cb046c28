import type { Cell } from "./table.ts";

/** RFC 4180, with line feeds as the tools of Unix write it. Nothing is an empty field. */
export function csvLine(cells: readonly Cell[]): string {
  return cells.map((cell) => field(cell)).join(",");
}

function field(cell: Cell): string {
  const text = String(cell ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
