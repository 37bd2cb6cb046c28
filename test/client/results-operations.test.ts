// What a request made, and what the service can do, as lists.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServiceCli, startServiceCli } from "../support/service-cli.ts";

let cli: ServiceCli;
let id: string;

beforeAll(async () => {
  const files = { "a.csv": "x\n1\n", "b.csv": "x\n2\n" };
  cli = await startServiceCli("results", { OPERATIONS: "transform,noop" }, files);
  id = await cli.selected("*.csv");
}, 180_000);
afterAll(() => cli?.remove());

const longshore = (...args: string[]) => cli.longshore(...args);
const lines = (text: string) => text.trim().split("\n");

test("each result has its size and its input, and for programs checksum and address", async () => {
  const table = lines((await longshore("results", id)).stdout);
  expect(table[0]).toMatch(/^NAME +BYTES +FILE +INPUT +MADE$/);
  expect(table).toHaveLength(3);
  const { items } = JSON.parse((await longshore("results", id, "-o", "json")).stdout) as {
    items: { name: string; size: number; checksum: string; input: string; url: string }[];
  };
  expect(items.map(({ input }) => input).sort()).toEqual([`${cli.cwd}/a.csv`, `${cli.cwd}/b.csv`]);
  const [first] = items;
  const body = await (await fetch(first?.url ?? "")).text();
  expect(body).toHaveLength(first?.size ?? 0);
  const csv = lines((await longshore("results", id, "-o", "csv")).stdout);
  expect(csv[0]).toBe("name,size,file,input,created_at,checksum,url");
  expect(csv[1]).toContain(`,${first?.checksum},`);
  const names = lines((await longshore("results", "@last", "-o", "id")).stdout);
  expect(names).toEqual(items.map(({ name }) => name));
});

test("--limit says that there are more", async () => {
  const ran = await longshore("results", id, "--limit", "1", "-o", "id");
  expect(lines(ran.stdout)).toHaveLength(1);
  expect(ran.stderr).toContain("There are more");
  expect((await longshore("results", id, "--limit", "2")).stderr).toBe("");
});

test("the operations of the service are listed, and the settings of one", async () => {
  expect(lines((await longshore("operations", "-o", "id")).stdout).sort()).toEqual([
    "noop",
    "transform",
  ]);
  expect((await longshore("operations")).stdout).toMatch(/^NAME +SETTINGS +SUMMARY\n/);
  const settings = (await longshore("operations", "transform", "-o", "csv")).stdout;
  expect(settings).toMatch(/^setting,required,value,default,description\n/);
  expect(settings).toMatch(/^selection,yes,/m);
  expect(settings).toMatch(/^format,no,"?""parquet""/m);
});

test("an operation that the service has not is refused, with those that it has", async () => {
  const { code, stderr } = await longshore("operations", "stage");
  expect(code).toBe(2);
  expect(stderr).toMatch(/no operation "stage"; it has (transform, noop|noop, transform)\./);
});
