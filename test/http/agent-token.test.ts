// What the token of an agent allows, over HTTP: claims, lists of files and progress alike.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClaimedTask } from "../../src/agent/contract.ts";
import type { WorkScope } from "../../src/auth/caller.ts";
import type { TaskFile } from "../../src/operations/contract.ts";
import { openWaitSuite, type WaitSuite } from "../operations/wait/suite.ts";
import type { Answer } from "../support/api.ts";

const agent = "tape-host-1";
let suite: WaitSuite;
let request: string;
let task: string;

beforeAll(async () => {
  suite = await openWaitSuite("in an agent over HTTP", { idle: true });
  request = await suite.submit(
    ["https://archive.example/a.nc?token=hunter2"],
    [{ operation: "wait" }],
  );
  const claimed = await claim({ operations: ["wait"] }, 30);
  const [first] = claimed.json().tasks as ClaimedTask[];
  if (!first) throw new Error(`no task: ${claimed.text}`);
  task = first.task;
});

afterAll(() => suite.close());

async function authorization(scope: WorkScope) {
  return { authorization: `Bearer ${await suite.ctx.workTokens.issue(scope, 60)}` };
}

async function claim(scope: WorkScope, seconds = 0): Promise<Answer> {
  const body = { agent, operations: ["wait"], max: 1, wait_seconds: seconds };
  return suite.api.post("/v1/tasks/claim", body, await authorization(scope));
}

async function files(scope: WorkScope): Promise<Answer> {
  return suite.api.get(`/v1/tasks/${task}/files`, await authorization(scope));
}

async function progress(scope: WorkScope, body: object): Promise<Answer> {
  const path = `/v1/tasks/${task}/progress`;
  return suite.api.post(path, { agent, settled: [], ...body }, await authorization(scope));
}

const tooNarrow: [string, WorkScope][] = [
  ["another operation", { operations: ["noop"] }],
  ["no operation", { operations: [] }],
  ["one request", { request: crypto.randomUUID() }],
];

test.each(tooNarrow)(
  "a token for %s gets no task, no file of one, and moves none",
  async (_, scope) => {
    expect((await claim(scope)).status).toBe(403);
    const listed = await files(scope);
    expect(listed.status).toBe(404);
    expect(listed.text).not.toContain("hunter2");
    const file = (await whole()).file;
    const error = { class: "internal", message: "no" };
    const settled = [{ request, file, status: "failure", error }];
    expect((await progress(scope, { settled })).status).toBe(404);
    expect((await progress(scope, { againInSeconds: 0, externalRef: "stolen" })).status).toBe(404);
    expect((await suite.api.ledger.read(request)).counters).toMatchObject({
      running: 1,
      failed: 0,
    });
    expect(await suite.ctx.db.query("SELECT state, external_ref FROM tasks")).toEqual([
      { state: "starting", external_ref: null },
    ]);
  },
);

test("a token for one request of several is too narrow for its own request as well", async () => {
  expect((await claim({ request })).status).toBe(403);
  expect((await files({ request })).status).toBe(404);
});

test("a task that does not exist has no files", async () => {
  const path = `/v1/tasks/${crypto.randomUUID()}/files`;
  expect((await suite.api.get(path)).status).toBe(404);
});

test("the token of the operation reads the files and records progress", async () => {
  expect((await whole()).replicas).toEqual(["https://archive.example/a.nc?token=hunter2"]);
  const scope = { operations: ["wait", "noop"] };
  const answer = await progress(scope, { againInSeconds: 600, externalRef: "recall-1" });
  expect(answer.json()).toEqual({ lease: "ended" });
  expect(await suite.ctx.db.query("SELECT state, external_ref FROM tasks")).toEqual([
    { state: "running", external_ref: "recall-1" },
  ]);
});

async function whole(): Promise<TaskFile> {
  const [file] = (await files({ operations: ["wait"] })).json().items as TaskFile[];
  if (!file) throw new Error("no file");
  return file;
}
