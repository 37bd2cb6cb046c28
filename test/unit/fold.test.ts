import { expect, test } from "vitest";
import { fold } from "../../src/requests/reports/fold.ts";
import { reportRow } from "./report-row.ts";

const start = (at: number) => reportRow({ status: "start", at });

test("of two final reports the first decides", () => {
  const first = reportRow({ status: "success", at: 1 });
  expect(fold(first, reportRow({ status: "failure", at: 2 }))).toEqual({
    row: first,
    reported: "superseded",
  });
});

test.each(["start", "retry", "success", "failure"] as const)(
  "the same %s twice is recorded once",
  (status) => {
    const first = reportRow({ status, at: 1 });
    expect(fold(first, reportRow({ status, at: 2 }))).toEqual({
      row: first,
      reported: "duplicate",
    });
  },
);

test.each(["retry", "success", "failure"] as const)(
  "a start and a %s are both recorded, whichever comes first",
  (status) => {
    const final = reportRow({ status, at: 5 });
    const both = { row: { ...final, startAt: 4 }, reported: "recorded" };
    expect(fold(start(4), final)).toEqual(both);
    expect(fold(final, start(4))).toEqual(both);
  },
);

test("a second start beside a final report is a duplicate", () => {
  const row = { ...reportRow({ status: "success", at: 5 }), startAt: 4 };
  expect(fold(row, start(3))).toEqual({ row, reported: "duplicate" });
});

test.each([
  ["attempt", reportRow({ attempt: 2 })],
  ["step", reportRow({ step: 2 })],
  ["kind, counting for whatever attempt the file is in", reportRow({ open: true })],
])("a report of another %s is not folded", (_, other) => {
  expect(fold(reportRow({}), other)).toBeUndefined();
  expect(fold(other, reportRow({}))).toBeUndefined();
});

test("reports that know no attempt are folded, whatever step and attempt they carry", () => {
  const first = reportRow({ open: true, step: 1, attempt: 1 });
  const second = reportRow({ open: true, step: 2, attempt: 7 });
  expect(fold(first, second)).toEqual({ row: first, reported: "duplicate" });
});
