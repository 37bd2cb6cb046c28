import { type Command, Option } from "commander";
import { usedWrongly } from "../exits.ts";
import { shellWord } from "../help/shell-word.ts";
import { thisCommand } from "../help/this-command.ts";
import { jsonOption, withAddress } from "../service.ts";
import { hasColors } from "./console-options.ts";
import { csvLine } from "./csv.ts";
import { clean, print, printJson, say } from "./print.ts";
import { type Cell, type Kind, tableLines } from "./table.ts";

const formats = ["table", "json", "csv", "id"] as const;
export type Format = (typeof formats)[number];

export interface OutputOptions {
  output?: Format;
  json?: boolean;
}

export interface Column<Item> {
  /** as in the JSON */
  name: string;
  /** default: the name in capitals */
  heading?: string;
  kind: Kind;
  of: (item: Item) => Cell;
  /** what a table shows instead; default: `of` */
  inTable?: (item: Item) => Cell;
}

/** Adds the options of a command that calls the service and prints rows. */
export function withOutput(command: Command): Command {
  return withAddress(command)
    .addOption(
      new Option("-o, --output <format>", "how to print it (default: table)").choices(formats),
    )
    .addOption(jsonOption());
}

export function formatOf({ output, json }: OutputOptions): Format {
  if (json && output !== undefined && output !== "json")
    throw usedWrongly(`Give --json or --output ${output}, not both.`);
  return json ? "json" : (output ?? "table");
}

/** `whole` is what JSON shows; the first column is the id of a row. */
export function printRows<Item>(
  format: Format,
  whole: unknown,
  items: readonly Item[],
  columns: readonly Column<Item>[],
): void {
  if (format === "json") {
    printJson(whole);
    return;
  }
  const isTable = format === "table";
  const rows = items.map((item) =>
    columns.map(({ of, inTable = of }) => (isTable ? inTable(item) : of(item))),
  );
  if (format === "id") for (const [id] of rows) printData(String(id));
  else if (format === "csv")
    for (const row of [columns.map(({ name }) => name), ...rows]) printData(csvLine(row));
  else printTable(columns, rows);
}

function printTable(columns: readonly Column<never>[], rows: Cell[][]): void {
  const { isTTY, columns: width } = process.stdout;
  const shown = columns.map(({ name, heading = name.replaceAll("_", " "), kind }) => ({
    heading: heading.toUpperCase(),
    kind,
  }));
  const look = { width: isTTY ? width : undefined, isColored: hasColors() };
  for (const line of tableLines(shown, rows, look)) print(line);
}

/** A file gets what there is; a terminal no characters that move its cursor. */
function printData(line: string): void {
  print(process.stdout.isTTY ? clean(line) : line);
}

/** How to call the command for the page that follows, with all that was given now. */
export function sayMore(command: Command, next: string | null): void {
  if (next === null) return;
  say(`More: ${[thisCommand(), ...wordsOf(command), "--cursor", shellWord(next)].join(" ")}`);
}

function wordsOf(command: Command): string[] {
  const names: string[] = [];
  for (let of: Command | null = command; of?.parent; of = of.parent) names.unshift(of.name());
  const given = command.options.filter(
    (option) =>
      option.attributeName() !== "cursor" &&
      command.getOptionValueSource(option.attributeName()) === "cli",
  );
  const options = given.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    const flag = option.long ?? option.short ?? "";
    return typeof value === "boolean" ? [flag] : [flag, shellWord(String(value))];
  });
  return [...names, ...command.args.map(shellWord), ...options];
}
