import { describe, expect, test } from "vitest";
import { cellWidth, cut } from "../../src/client/cli/print/cell-width.ts";
import { csvLine } from "../../src/client/cli/print/csv.ts";
import { localTime, localTimeWithZone } from "../../src/client/cli/print/local-time.ts";
import { type TableColumn, tableLines } from "../../src/client/cli/print/table.ts";

const id = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
const columns: TableColumn[] = [
  { heading: "ID", kind: "id" },
  { heading: "STATE", kind: "state" },
  { heading: "FILES", kind: "word" },
  { heading: "PATH", kind: "path" },
  { heading: "TITLE", kind: "title" },
];
const path = "/data/2024/november/run7/2013.parquet";
const title = "The warmest day of each year and place in the north";
const rows = [
  [id, "complete", 3, path, title],
  [id, "failed", 100_000, null, ""],
];

describe("a table", () => {
  test("is as wide as its cells where there is no terminal", () => {
    const lines = tableLines(columns, rows);
    expect(lines[1]).toBe(`${id}  complete  3       ${path}  ${title}`);
    expect(lines[2]).toBe(`${id}  failed    100000  -`);
  });

  test("shows a request of which nothing was done as a failure, by color", () => {
    const cells = [["complete"], ["none done"], ["complete, but no file was done"]];
    const lines = tableLines([{ heading: "STATE", kind: "state" }], cells, { isColored: true });
    expect(lines.slice(1).map((line) => line.slice(0, 5))).toEqual([
      "\u001b[32m",
      "\u001b[31m",
      "\u001b[31m",
    ]);
  });

  test.each([70, 80, 100, 150])("fits a terminal of %i columns", (width) => {
    const lines = tableLines(columns, rows, { width });
    for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toMatch(/^7f1e8e0c[-0-9a-f]* +complete +3 /);
  });

  test("shows the start of an id, the end of a path and the start of a title", () => {
    const [, line = ""] = tableLines(columns, rows, { width: 70 });
    expect(line).toMatch(/^7f1e8e0c {2}complete {2}3 {7}…\S+\/2013\.parquet {2}The warmest.*…$/);
  });

  test("is wider than the terminal rather than without its words and numbers", () => {
    const [, line = ""] = tableLines(columns, rows, { width: 10 });
    expect(line).toMatch(/^7f1e8e0c {2}complete {2}3 /);
  });

  test("cuts long titles everywhere", () => {
    const [, line = ""] = tableLines([{ heading: "TITLE", kind: "title" }], [["x".repeat(500)]]);
    expect(line).toBe(`${"x".repeat(59)}…`);
  });

  test("has colors by state, which take no room", () => {
    const two: TableColumn[] = [
      { heading: "STATE", kind: "state" },
      { heading: "N", kind: "word" },
    ];
    const lines = tableLines(
      two,
      [
        ["done", 1],
        ["failed", 2],
        ["waiting", 3],
      ],
      {
        isColored: true,
      },
    );
    expect(lines.slice(1)).toEqual([
      "\u001b[32mdone   \u001b[39m  1",
      "\u001b[31mfailed \u001b[39m  2",
      "waiting  3",
    ]);
  });

  test("has no control characters of its cells", () => {
    const [, line] = tableLines([{ heading: "PATH", kind: "path" }], [["a\u001b[2Jb\nc"]]);
    expect(line).toBe("a [2Jb c");
  });
});

test.each([
  ["plain", 5],
  ["Zürich", 6],
  ["Zu\u0308rich", 6],
  ["東京", 4],
  ["한국", 4],
  ["👍🏽 ok", 5],
])("%s takes %i columns", (text, columnsTaken) => {
  expect(cellWidth(text)).toBe(columnsTaken);
});

test("letters are not cut into parts", () => {
  expect(cut("東京都", 4)).toBe("東…");
  expect(cut("Zu\u0308rich", 3)).toBe("Zu\u0308…");
  expect(cut("/東/京.csv", 7, "end")).toBe("…京.csv");
  expect(cut("short", 5)).toBe("short");
});

test("fields of CSV are quoted where they need it", () => {
  expect(csvLine(["a", 1, null, 'say "hi"', "x,y", "two\nlines"])).toBe(
    'a,1,,"say ""hi""","x,y","two\nlines"',
  );
});

test("a time is that of the reader's clock", () => {
  const time = new Date(2026, 10, 27, 6, 5, 4);
  expect(localTime(time.toISOString())).toBe("2026-11-27 06:05:04");
  const zoned = localTimeWithZone(time.toISOString());
  expect(zoned).toMatch(/^2026-11-27 06:05:04 [+-]\d\d:\d\d$/);
  expect(new Date(zoned).getTime()).toBe(time.getTime());
  expect(localTime("never")).toBe("never");
});
