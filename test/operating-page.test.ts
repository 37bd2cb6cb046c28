// doc/operating.md: its queries print what it shows, and what it names is in the chart.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import type { Task } from "../src/operations/contract.ts";
import { type Ledger, openLedger } from "./support/context.ts";
import { until } from "./support/wait.ts";

const fileOf = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const page = fileOf("doc/operating.md");
const questions = [...page.matchAll(/^(.+\?)\n\n```sql\n([^`]+)```\n\n```text\n([^`]+)```/gm)];

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
  const id = await ledger.submit(5);
  const tasks = (await ledger.claim(3, { request: id })) as [Task, Task, Task];
  await ledger.report(tasks[0], "success");
  const error = { class: "input", message: "The file is broken." };
  await ledger.report(tasks[1], "failure", { error });
  await until(async () => (await ledger.read(id)).counters.failed === 1);
});
afterAll(() => ledger.close());

test("the page has its questions", () => expect(questions).toHaveLength(5));

test.each(questions.map(([, question, sql, shown]) => ({ question, sql, shown })))(
  "$question",
  async ({ sql = "", shown = "" }) => {
    const rows = await ledger.ctx.db.query(sql);
    const cells = [
      Object.keys(rows[0] ?? {}),
      ...rows.map((row: Record<string, unknown>) => Object.values(row).map(String)),
    ];
    const asShown = shown
      .trim()
      .split("\n")
      .map((line) => line.split(" | ").map((cell) => cell.trim()));
    expect(cells.map(alike)).toEqual(asShown.map(alike));
  },
);

/** Ids are new each time. */
function alike(cells: string[]): string[] {
  return cells.map((cell) => cell.replace(/^[0-9a-f]{8}-[0-9a-f-]{27}$/, "id"));
}

test("each alert is explained, and no other", () => {
  const { groups } = parse(fileOf("helm/files/alerts.yaml"));
  const alerts = groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
    rules.map(({ alert }) => alert),
  );
  const explained = [...page.matchAll(/^\| `(Longshore\w+)` \|/gm)].map(([, name]) => name);
  expect(explained).toEqual(alerts);
});

test("values that the page names are in values.yaml", () => {
  const values = parse(fileOf("helm/values.yaml"));
  const named = [...page.matchAll(/`((?:app|scheduler|networkPolicy|secretKey|image)\.\w+)/g)];
  expect(named.length).toBeGreaterThan(4);
  for (const [, path = ""] of named) {
    const [section = "", key = ""] = path.split(".");
    expect(values[section], path).toHaveProperty(key);
  }
});

test("the chart gives the rights that doc/kubernetes.md shows, and no other", () => {
  const [, shown = ""] =
    /```yaml\n([^`]+kind: Role\n[^`]+)```/.exec(fileOf("doc/kubernetes.md")) ?? [];
  expect(parse(fileOf("helm/files/worker-rules.yaml"))).toEqual(parse(shown).rules);
});
