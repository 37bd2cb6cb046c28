import type { RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type Listening, listen } from "../../src/http/listen.ts";
import { holdUntilReady } from "../../src/http/ready.ts";

let listening: Listening | undefined;

afterEach(async () => {
  await listening?.close(1);
});

async function serve(ready: Promise<RequestListener>, seconds = 60): Promise<string> {
  listening = await listen("127.0.0.1", 0, "PORT", holdUntilReady(ready, { seconds }));
  return listening.url;
}

test("a call before the service is ready waits, with its body, until it is", async () => {
  let open: (listener: RequestListener) => void = () => undefined;
  const url = await serve(
    new Promise((resolve) => {
      open = resolve;
    }),
  );
  const early = fetch(url, { method: "POST", body: "a report" });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  open((request, response) => void request.pipe(response));
  expect(await (await early).text()).toBe("a report");
  expect(await (await fetch(url, { method: "POST", body: "later" })).text()).toBe("later");
});

test("a call is not held for ever", async () => {
  const url = await serve(new Promise(() => undefined), 0.05);
  const answer = await fetch(`${url}/v1/requests`);
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await answer.json()).toMatchObject({
    status: 503,
    detail: "The service is not ready yet.",
  });
});

test("a start that failed answers at once", async () => {
  const url = await serve(Promise.reject(new Error("no database")));
  expect((await fetch(`${url}/v1/requests`)).status).toBe(503);
});
