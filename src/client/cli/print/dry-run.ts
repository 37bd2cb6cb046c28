import type { DryRun } from "../../views.ts";
import { cellWidth, cut } from "./cell-width.ts";
import { hasColors } from "./console-options.ts";
import { csvLine } from "./csv.ts";
import { clean, print, printJson, say } from "./print.ts";
import { type TableColumn, tableLines } from "./table.ts";

export const dryRunFormats = ["table", "json", "csv"] as const;
export type DryRunFormat = (typeof dryRunFormats)[number];

/** The file, its columns and rows; in CSV the rows alone. Notes are messages. */
export function printDryRun(format: DryRunFormat, found: DryRun): void {
  if (format === "json") printJson(found);
  else if (format === "csv") printCsv(found);
  else printTables(found);
  const notes = found.more ? [...found.notes, "The result has more rows."] : found.notes;
  for (const note of notes) say(clean(note));
}

function printCsv({ columns, rows }: DryRun): void {
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(textOf))];
  for (const line of lines.map(csvLine)) print(process.stdout.isTTY ? clean(line) : line);
}

function printTables({ file, columns, rows }: DryRun): void {
  const { isTTY, columns: terminalWidth } = process.stdout;
  const look = { width: isTTY ? terminalWidth : undefined, isColored: hasColors() };
  print(clean(`The first file is ${file}`));
  const typed = columns.map(({ name, type }) => [name, type]);
  print("");
  for (const line of tableLines(columnsTable, typed, look)) print(line);
  const shown = fitting(columns.map(headed), look.width);
  const cells = rows.map((row) =>
    row.slice(0, shown.length).map((value) => textOf(value) ?? "NULL"),
  );
  print("");
  for (const line of tableLines(shown, cells, look)) print(line);
  if (rows.length === 0) say("The result has no rows.");
  const hidden = columns.length - shown.length;
  if (hidden > 0) say(`${hidden} more columns do not fit; -o json and -o csv have them.`);
}

const columnsTable: TableColumn[] = [
  { heading: "COLUMN", kind: "text" },
  { heading: "TYPE", kind: "text" },
];

/** Names of columns are the user's: not in capitals. */
function headed({ name }: DryRun["columns"][number]): TableColumn {
  return { heading: clean(name), kind: "text" };
}

const leastWidth = 12;
const gapWidth = 2;

/** The first columns, as many as a terminal shows in a width that can be read. */
function fitting(columns: TableColumn[], width: number | undefined): TableColumn[] {
  if (width === undefined) return columns;
  const longest = Math.max(leastWidth, Math.floor(width / 3));
  const cutColumns = columns.map((column) => ({
    ...column,
    heading: cut(column.heading, longest),
  }));
  let room = width + gapWidth;
  const end = cutColumns.findIndex(({ heading }) => {
    room -= Math.max(leastWidth, cellWidth(heading)) + gapWidth;
    return room < 0;
  });
  return end === -1 ? cutColumns : cutColumns.slice(0, Math.max(end, 1));
}

/** Undefined for NULL. Lists and structs are JSON. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
