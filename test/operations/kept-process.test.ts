// One query process works on many files of a request, one after the other. What it reserves and
// never touches grows for a while, and counts for the kernel's limit.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { transform } from "../../src/operations/transform/index.ts";
import { temporaryFolder } from "../support/folder.ts";
import { processes } from "../support/processes.ts";
import { testTask, testTaskContext } from "./task-context.ts";

const folder = temporaryFolder("kept-process");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const columns = Array.from({ length: 1_000 }, (_, n) => `c${n}`);
const layouts = {
  "wide.csv": `${columns.join(",")}\n${columns.map(() => 1).join(",")}\n`,
  "tail.csv": "a,b,\n1,2,\n3,4,\n",
  "quoted.csv": '"a","b"\n"1","2"\n',
  "separator.csv": "a;b\n1;2\n",
  "long.csv": `a,b\n1,${"x".repeat(300_000)}\n`,
};

test("what a query process has reserved after many files is well below its limit", async () => {
  for (const [name, text] of Object.entries(layouts)) writeFileSync(join(folder, name), text);
  const context = testTaskContext(folder);
  for (let round = 0; round < 5; round++)
    for (const name of Object.keys(layouts)) {
      const settings = transform.settings.parse({
        selection: "select * from input",
        format: round % 2 ? "csv" : "parquet",
      });
      const outcome = await transform.perform(testTask(settings, [join(folder, name)]), context);
      expect(outcome, `${name}, round ${round}`).not.toHaveProperty("error");
    }
  const { reserved, limit } = queryProcess();
  expect(reserved).toBeLessThan(limit * 0.75);
});

/** What the one query process has reserved, and its limit, in bytes. */
function queryProcess(): { reserved: number; limit: number } {
  const mine = processes("transform/sql/program").find(({ parent }) => parent === process.pid);
  const read = (name: string) => readFileSync(`/proc/${mine?.pid}/${name}`, "utf8");
  const reserved = /^VmData:\s+(\d+) kB/m.exec(read("status"));
  const limit = /^Max data size\s+(\d+)/m.exec(read("limits"));
  return { reserved: Number(reserved?.[1]) * 1024, limit: Number(limit?.[1]) };
}
