// Streams of server-sent events, asked for without their body.
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { routes } from "../../src/http/routes/index.ts";
import { type Api, openApi } from "../support/api.ts";
import { until } from "../support/wait.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const streams = routes.filter((route) => route.responses[200]?.mediaType === "text/event-stream");

test.each(streams.map(({ path }) => path))("HEAD %s returns the headers and ends", async (path) => {
  const id = await api.ledger.submit(1);
  const answer = await api.call({ method: "HEAD", path: path.replace("{id}", id) });
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  expect(answer.text).toBe("");
});

test("100 idle streams cost a statement for all of them, again and again", async () => {
  const quiet = await openApi({ scheduler: false });
  const ids = await Promise.all(Array.from({ length: 5 }, () => quiet.ledger.submit(1)));
  for (const id of ids) await quiet.ledger.published(id, 1);
  const streams = await Promise.all(
    Array.from({ length: 100 }, (_, at) => openStream(quiet.url, ids[at % ids.length] ?? "")),
  );
  await Promise.all(streams.map((stream) => stream.next()));
  const sent = vi.spyOn(pg.Client.prototype, "query");
  const named = (name: string) =>
    sent.mock.calls.filter(([query]) => (query as { name?: string } | undefined)?.name === name);
  await until(() => named("visible_states").length >= 3);
  expect(named("request_row")).toEqual([]);
  const compared = named("visible_states").map(([query]) => query as unknown as pg.QueryConfig);
  for (const { values } of compared) expect(values?.[0].toSorted()).toEqual(ids.toSorted());
  sent.mockRestore();
  for (const stream of streams) stream.close();
  await quiet.close();
}, 300_000);

test("a change whose notification was lost is found", async () => {
  const quiet = await openApi({ scheduler: false });
  const id = await quiet.ledger.submit(2);
  await quiet.ledger.published(id, 2);
  const stream = await openStream(quiet.url, id);
  await stream.until('"queued":2');
  await quiet.ledger.ctx.db.query(
    "UPDATE request_steps SET queued = 1, done = 1 WHERE request_id = $1",
    [id],
  );
  await stream.until('"queued":1,"running":0,"done":1');
  stream.close();
  await quiet.close();
}, 300_000);

test("a stream ends with its request", async () => {
  const id = await api.ledger.submit(1);
  const stream = await openStream(api.url, id);
  await stream.next();
  await api.post(`/v1/requests/${id}/cancel`, {});
  await api.ledger.ended(id);
  await stream.ended();
});

async function openStream(url: string, id: string) {
  const stop = new AbortController();
  const response = await fetch(`${url}/v1/requests/${id}/events`, { signal: stop.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  const next = async () => {
    const { done, value } = await reader.read();
    text += Buffer.from(value ?? []).toString();
    return !done;
  };
  return {
    next,
    until: async (part: string) => {
      while (!text.includes(part)) if (!(await next())) throw new Error(`ended after ${text}`);
    },
    ended: async () => {
      while (await next());
    },
    close: () => stop.abort(),
  };
}
