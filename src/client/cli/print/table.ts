import { cellWidth, cut, padded } from "./cell-width.ts";
import { localTime } from "./local-time.ts";
import { clean } from "./print.ts";
import { stateColored, styled } from "./state-color.ts";

export type Cell = string | number | boolean | null | undefined;

/** What a column shows: times are local, shares percent; ids, titles, texts and paths are cut. */
export type Kind = "id" | "word" | "state" | "time" | "title" | "text" | "path" | "share";

export interface TableColumn {
  heading: string;
  kind: Kind;
}

export interface Look {
  /** of the terminal; unset: as wide as the cells */
  width?: number | undefined;
  isColored?: boolean;
}

const gap = "  ";
const longestTitle = 60;
/** the first part of a UUID; it names a request as the whole id does */
const shortId = 8;
const least: Partial<Record<Kind, number>> = { id: shortId, title: 12, text: 12, path: 12 };

/** Columns are as wide as their widest cell, or narrower where the terminal is. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly Cell[][],
  { width, isColored = false }: Look = {},
): string[] {
  const shown = rows.map((row) => row.map((cell, at) => shownCell(cell, columns[at]?.kind)));
  const natural = columns.map(({ heading }, at) =>
    Math.max(cellWidth(heading), ...shown.map((row) => cellWidth(row[at] ?? ""))),
  );
  const widths = width === undefined ? natural : fitted(columns, natural, width);
  const line = (cells: readonly string[], color: (text: string, at: number) => string) =>
    cells
      .map((cell, at) => {
        const text = cutCell(cell, widths[at] ?? 0, columns[at]);
        const isLast = at === cells.length - 1;
        return color(isLast ? text : padded(text, widths[at] ?? 0), at);
      })
      .join(gap)
      .trimEnd();
  const headings = columns.map(({ heading }) => heading);
  return [
    line(headings, (text) => styled("bold", text, isColored)),
    ...shown.map((row) =>
      line(row, (text, at) =>
        columns[at]?.kind === "state" ? stateColored(text, isColored) : text,
      ),
    ),
  ];
}

function shownCell(cell: Cell, kind: Kind | undefined): string {
  if (cell === null || cell === undefined) return "-";
  const text = clean(String(cell));
  if (kind === "time") return localTime(text);
  if (kind === "share") return percent(Number(cell));
  return kind === "title" ? cut(text, longestTitle) : text;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** An id that is cut is still a prefix of it, so it has no dots. */
function cutCell(text: string, width: number, column: TableColumn | undefined): string {
  if (column?.kind === "id") return text.slice(0, Math.max(width, column.heading.length));
  return cut(text, width, column?.kind === "path" ? "end" : "start");
}

/** First ids become short, then the widest of the others lose a column at a time. */
function fitted(columns: readonly TableColumn[], natural: number[], width: number): number[] {
  const widths = [...natural];
  const excess = () =>
    widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1) - width;
  const shortest = columns.map(({ kind, heading }, at) =>
    Math.min(natural[at] ?? 0, Math.max(least[kind] ?? natural[at] ?? 0, heading.length)),
  );
  columns.forEach(({ kind }, at) => {
    if (kind === "id" && excess() > 0) widths[at] = shortest[at] ?? 0;
  });
  while (excess() > 0) {
    const room = widths.map((one, at) => (one > (shortest[at] ?? 0) ? one : 0));
    const widest = room.indexOf(Math.max(...room));
    if (room[widest] === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
