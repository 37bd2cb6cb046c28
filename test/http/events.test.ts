// Streams of server-sent events, asked for without their body.
import { afterAll, beforeAll, expect, test } from "vitest";
import { routes } from "../../src/http/routes/index.ts";
import { type Api, openApi } from "../support/api.ts";

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
