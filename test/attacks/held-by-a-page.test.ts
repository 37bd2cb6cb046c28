// A caller reads pages that take long to write, so that everybody else waits.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Counted {
  counters: { total: number };
}

const megabyte = 1024 * 1024;

test("a page of files with a hundred long replicas each is written piece by piece", async () => {
  const replicas = (n: number) =>
    Array.from({ length: 100 }, (_, site) => `root://${site}.example//${"d".repeat(4_000)}/${n}`);
  const files = Array.from({ length: 60 }, (_, n) => replicas(n));
  const body = { dataset: { files }, steps: [{ operation: "noop" }] };
  const { id } = JSON.parse((await api.post("/v1/requests", body)).text) as { id: string };
  await until(async () => {
    const view = await api.get(`/v1/requests/${id}`);
    const { counters } = JSON.parse(view.text) as Counted;
    return counters.total === files.length;
  });
  const writing = vi.spyOn(JSON, "stringify");
  const { status, text } = await api.get(`/v1/requests/${id}/files?limit=1000`);
  const texts = writing.mock.results.map(({ value }) => String(value));
  writing.mockRestore();
  expect(status).toBe(200);
  expect(text.length).toBeGreaterThan(20 * megabyte);
  const { items } = JSON.parse(text) as { items: { paths: string[] }[] };
  expect(items.map(({ paths }) => paths)).toEqual(files);
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(megabyte);
});
