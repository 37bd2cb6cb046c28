// Somebody sends many queries to be checked, and leaves; nobody else's query may be refused for it.
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { warningsOf } from "../../src/requests/read/warnings.ts";
import { type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder("blocked-submits");
let api: Api;

beforeAll(async () => {
  writeFileSync(join(root, "table.csv"), "a\n1\n");
  api = await openApi({ env: { INPUT_ROOTS: root }, scheduler: false });
});
afterAll(async () => {
  await api?.close();
  rmSync(root, { recursive: true, force: true });
});

const bodyOf = (selection: string) => ({
  dataset: { files: [join(root, "table.csv")] },
  steps: [{ operation: "transform", selection }],
});

/** Sends a submit over a connection of its own, and closes that at once. */
async function submitAndLeave(): Promise<void> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const body = JSON.stringify(bodyOf("select a from input"));
  const head = `POST /v1/requests HTTP/1.1\r\nHost: ${hostname}:${port}`;
  const type = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
  socket.write(`${head}\r\n${type}\r\n\r\n${body}`, () => socket.destroy());
  await once(socket, "close");
}

test("110 submits whose callers have left keep nobody from submitting, and are not recorded", async () => {
  await Promise.all(Array.from({ length: 110 }, submitAndLeave));
  const answer = await api.post("/v1/requests", bodyOf("select a from input"));
  expect(answer.status).toBe(201);
  const [recorded] = await api.ledger.ctx.db.query<{ requests: number }>(
    "SELECT count(*) AS requests FROM requests",
  );
  expect(recorded?.requests).toBe(1);
  const { id } = answer.json() as { id: string };
  expect(await warningsOf(api.ledger.ctx, id)).toEqual([]);
});

test("of a hundred submits at once none is refused, and others have their turn", async () => {
  const { ctx } = api.ledger;
  const submitAs = (owner: string, selection: string) => {
    const caller: Caller = { kind: "user", owner };
    const settings = { generator: "sql", selection, format: "parquet", decimals: "keep" };
    return submit(ctx, caller, {
      dataset: { files: [join(root, "table.csv")] },
      steps: [{ operation: "transform", settings }],
    });
  };
  const eves = Array.from({ length: 100 }, () => submitAs("eve", "select a from input"));
  const wrong = submitAs("bob", "select b from input").then(
    () => "accepted",
    (error: Error) => error.message,
  );
  const accepted = await Promise.all(eves);
  const warnings = await Promise.all(accepted.map(({ request }) => warningsOf(ctx, request.id)));
  const unchecked = warnings.flat();
  expect(unchecked.length).toBeGreaterThan(0);
  for (const warning of unchecked)
    expect(warning).toMatchObject({
      code: "unchecked",
      message: expect.stringContaining("Too many queries were being checked"),
    });
  expect(await wrong).toContain('"b" not found');
});

test("a query whose names take too long to bind is accepted with a warning", async () => {
  // Each name stands for two of the one before
  const doubled = Array.from(
    { length: 26 },
    (_, at) => `c${at + 1} as not materialized (select a.a from c${at} a, c${at} b)`,
  );
  const first = "c0 as not materialized (select a from input)";
  const answer = await api.post(
    "/v1/requests",
    bodyOf(`with ${[first, ...doubled].join(", ")} select a from c26`),
  );
  expect(answer.status).toBe(201);
  const { id } = answer.json() as { id: string };
  expect(await warningsOf(api.ledger.ctx, id)).toMatchObject([
    { code: "unchecked", message: expect.stringMatching(/took longer than \d+ seconds/) },
  ]);
});
