import { afterAll, beforeAll, expect, test } from "vitest";
import type { Task } from "../../src/operations/contract.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";

let api: Api;
let request: string;

beforeAll(async () => {
  api = await openApi();
  request = await api.ledger.submit(2);
});

afterAll(() => api.close());

const issue = (...scope: Parameters<typeof api.ledger.ctx.workTokens.issue>) =>
  api.ledger.ctx.workTokens.issue(...scope);
const call = (what: string, body: object, token?: string): Promise<Answer> =>
  api.post(
    `/v1/work/${what}`,
    { worker: "w", ...body },
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
const tasksOf = (answer: Answer) => answer.json().tasks as Task[];
const toReport = ({ request, file, step, attempt }: Task) => ({
  reports: [{ request, file, step, attempt, status: "success" }],
});

test("with identity off a worker needs no token, and one that is wrong or expired is refused", async () => {
  const good = await issue({}, 60);
  const tokens = ["x", `${good}x`, "a.b.c", await issue({}, -1)];
  for (const [what, body] of [
    ["claim", { max: 1 }],
    ["reports", { reports: [{}] }],
    ["heartbeat", { tasks: [] }],
  ] as const)
    for (const token of tokens) {
      const answer = await call(what, body, token);
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
      expect(answer.headers["content-type"]).toContain("application/problem+json");
      expect(answer.text).not.toContain(token.slice(1, 40) || "nothing");
    }
  expect((await call("heartbeat", { tasks: [] })).status).toBe(200);
  expect((await call("heartbeat", { tasks: [] }, good)).status).toBe(200);
});

test("a token of another service is refused", async () => {
  const other = await openApi();
  const foreign = await other.ledger.ctx.workTokens.issue({}, 60);
  expect((await call("heartbeat", { tasks: [] }, foreign)).status).toBe(401);
  await other.close();
});

test("a claim takes what its token allows, and asks for no more", async () => {
  const transform = await issue({ operations: ["transform"] }, 60);
  expect((await call("claim", { operations: ["noop"] }, transform)).json()).toMatchObject({
    status: 403,
    detail: expect.stringContaining('operation "noop"'),
  });
  expect(tasksOf(await call("claim", { max: 2 }, transform))).toEqual([]);
  const elsewhere = await issue({ request: crypto.randomUUID() }, 60);
  expect((await call("claim", { request }, elsewhere)).status).toBe(403);
  expect(tasksOf(await call("claim", { max: 2 }, elsewhere))).toEqual([]);
  const own = await issue({ operations: ["noop"], request }, 60);
  expect(tasksOf(await call("claim", { max: 1, wait_seconds: 30 }, own))).toHaveLength(1);
});

test("a file that the token does not name is neither renewed nor reported", async () => {
  const claimed = await call("claim", { max: 1, request, wait_seconds: 30 });
  const [task] = tasksOf(claimed) as [Task];
  for (const scope of [{ operations: ["transform"] }, { request: crypto.randomUUID() }]) {
    const token = await issue(scope, 60);
    const renewed = await call("heartbeat", { tasks: [task.task] }, token);
    expect(renewed.json()).toEqual({ give_up: [task.task] });
    const reported = await call("reports", toReport(task), token);
    expect(reported.json()).toEqual({
      answers: [expect.stringMatching(/^refused: the worker's token does not allow/)],
    });
  }
  const own = await issue({ operations: ["noop"], request }, 60);
  expect((await call("heartbeat", { tasks: [task.task] }, own)).json()).toEqual({ give_up: [] });
  expect((await call("reports", toReport(task), own)).json()).toEqual({ answers: ["recorded"] });
});
