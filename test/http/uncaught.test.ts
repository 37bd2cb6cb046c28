import { Router } from "express";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { makeApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import type { Mount } from "../../src/http/mount.ts";
import { type Reply, route } from "../../src/http/route.ts";
import { send } from "../../src/http/send.ts";
import { sendCall } from "../support/api.ts";
import { openLedger } from "../support/context.ts";

const unwritable = {
  toJSON(): never {
    throw new RangeError("Invalid string length");
  },
};
const long = "x".repeat(600 * 1024);
const bodies: Record<string, unknown> = {
  short: { tasks: [unwritable] },
  long: { tasks: [long, unwritable] },
  fine: { tasks: [] },
};

function broken(name: string) {
  return route({
    method: "get",
    path: `/hot/${name}`,
    name: `read ${name}`,
    summary: name,
    tag: "test",
    access: "service.read",
    hot: true,
    responses: { 200: { description: name, schema: z.unknown() } },
    handler: (): Reply => ({ status: 200, body: bodies[name] }),
  });
}

/** A part of the service whose answers cannot be written. */
const mount: Mount = {
  name: "broken",
  owns: () => true,
  hotRoutes: Object.keys(bodies).map(broken),
  router() {
    const router = Router();
    router.get("/cold/:name", (request, response) =>
      send(response, { status: 200, body: bodies[request.params.name] }),
    );
    router.get("/streamed", async (_, response) => {
      response.writeHead(200);
      response.write("first");
      await Promise.reject(new RangeError("Invalid string length"));
    });
    return router;
  },
};

const ledger = await openLedger();
const listening = await listen("127.0.0.1", 0, "PORT", makeApp(ledger.ctx, [mount]));
afterAll(async () => {
  await listening.close(1);
  await ledger.close();
});
const get = (path: string) => sendCall(Number(new URL(listening.url).port), { path });

test.for(["/hot/short", "/cold/short"])(
  "an answer that cannot be written is a 500: %s",
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain("Invalid string length");
  },
);

test.for(["/hot/long", "/cold/long", "/streamed"])(
  "an answer that fails in its middle ends its connection, never whole: %s",
  async (path) => {
    await expect(get(path)).rejects.toThrow(/aborted|socket hang up|ECONNRESET/);
  },
);

test("the calls after them are answered", async () => {
  expect(await get("/hot/fine")).toMatchObject({ status: 200, text: '{"tasks":[]}' });
  expect(await get("/cold/fine")).toMatchObject({ status: 200, text: '{"tasks":[]}' });
});
