// Parts of a request's page that need more than a few files: results, and a file's long history.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { type Api, openApi } from "../support/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const page = (path: string) => api.get(path, { accept: "text/html" });

async function tasksOf(id: string, files: number): Promise<Task[]> {
  const tasks: Task[] = [];
  while (tasks.length < files) tasks.push(...(await api.ledger.claim(files, { request: id })));
  return tasks;
}

test("results are listed in pages, each with its input, and lead to an address signed now", async () => {
  const files = 30;
  const id = await api.ledger.submit(files);
  const path = `/requests/${id}`;
  for (const task of await tasksOf(id, files)) {
    const name = `result-of-${task.file}.csv`;
    const content = Buffer.from(`of ${task.file}`);
    await api.ledger.ctx.store.put(id, name, content);
    const results = [{ name, size: content.length }];
    expect(await api.ledger.report(task, "success", { results })).toBe("recorded");
  }
  await api.ledger.ended(id);

  const listed = (text: string) =>
    [
      ...text.matchAll(
        /href="([^"]+)" download[^>]*><bdi class="path">result-of-(\d+)\.csv<.*?\/files\/(\d+)"/gs,
      ),
    ].map(([, link = "", of, input]) => ({ link, of, input }));
  const first = (await page(path)).text;
  const next = /href="([^"#]+)#results" rel="next"/.exec(first)?.[1] ?? "";
  const last = (await page(next)).text;
  expect([listed(first).length, listed(last).length]).toEqual([25, 5]);
  expect(last).not.toMatch(/#results" rel="next"/);
  expect(last).toContain(`<a href="${path}#results">First results</a>`);
  const all = [...listed(first), ...listed(last)];
  expect(new Set(all.map(({ of }) => of)).size).toBe(files);
  for (const { of, input } of all) expect(input).toBe(of);

  const [{ link = "", of } = {}] = all;
  const { status, headers } = await api.get(link);
  expect([status, headers["cache-control"]]).toEqual([303, "no-store"]);
  const { pathname, search } = new URL(headers.location ?? "");
  expect((await api.get(pathname + search)).text).toBe(`of ${of}`);
  expect((await api.get(`${path}/results/999999`)).status).toBe(404);
});

test("of a file with many events, the newest are read and shown, and the page says so", async () => {
  const id = await api.ledger.submit(1);
  const [task] = await tasksOf(id, 1);
  const file = task?.file ?? 0;
  await api.ledger.ctx.db.query(
    `INSERT INTO file_status (request_created, request_id, file_id, step, attempt, status,
       timestamp, info)
     SELECT created_on, id, $2, 1, 1000 + n, 'given_back', now(), 'event ' || n || ' of many'
     FROM requests, generate_series(1, 1100) n WHERE id = $1 ORDER BY n`,
    [id, file],
  );
  const { history } = (await api.get(`/v1/requests/${id}/files/${file}`)).json() as {
    history: { info: string }[];
  };
  expect(history).toHaveLength(1000);
  expect([history[0]?.info, history.at(-1)?.info]).toEqual([
    "event 101 of many",
    "event 1100 of many",
  ]);

  const { text } = await page(`/requests/${id}/files/${file}`);
  const shown = [...text.matchAll(/event (\d+) of many/g)].map(([, event]) => Number(event));
  expect([shown[0], shown.at(-1), shown.length]).toEqual([1100, 1001, 100]);
  expect(text).toContain("Only the newest 100 events are shown.");
  expect(text).toContain(`<a href="/v1/requests/${id}/files/${file}">Up to 1,000 as JSON</a>`);
});
