import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptToken } from "../../src/requests/sidecars/attempt-token.ts";
import { explainFailures, wordsOf } from "../../src/requests/sidecars/explain-failures.ts";
import { type Api, openApi } from "../support/api.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ scheduler: false });
  Object.assign(api.ledger.ctx.runner, { startsContainers: true });
});
afterAll(async () => {
  expect(await api.ledger.violations()).toEqual([]);
  await api.close();
});

/** A runner of clusters has such logs; here a test says what they hold. */
function withLogs(lastWords: (pod: string) => Promise<string | undefined>) {
  const { ctx } = api.ledger;
  return { ...ctx, runner: { ...ctx.runner, lastWords } };
}

/** A sidecar reports the file as failed, from this pod; returns what its history says then. */
async function failed(pod: string, words: string | undefined, attempts = 1): Promise<string[]> {
  const { ledger } = api;
  const id = await ledger.submit(1);
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  const { request, step, file, attempt } = task;
  const token = attemptToken(ledger.ctx.signingKey, { request, step, file, attempt });
  for (let said = 0; said < attempts; said++) {
    const answer = await api.call({
      method: "PUT",
      path: `/servicex/internal/w/${token}/transformation/${id}/file-complete`,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        "file-id": file,
        status: "failure",
        place: { pod, host_name: "a-node" },
      }),
    });
    expect(answer.status).toBe(200);
  }
  const asked: string[] = [];
  const ctx = withLogs(async (worker) => {
    asked.push(worker);
    return words;
  });
  // An API that is away for a moment is no reason for a false one.
  const away = withLogs(() => Promise.reject(new Error("no answer")));
  expect(await explainFailures(away)).toBe(0);
  expect(await explainFailures(ctx)).toBe(1);
  expect(asked).toEqual([pod]);
  expect(await explainFailures(ctx)).toBe(0);
  const rows = await ledger.ctx.db.query<{ info: string; message: string; state: string }>(
    `SELECT h.info, groups.message, f.state FROM request_files f
     JOIN file_status h ON h.request_id = f.request_id AND h.file_id = f.file_id
     LEFT JOIN error_groups groups
       ON groups.request_id = f.request_id AND groups.fingerprint = f.error_group
     WHERE f.request_id = $1 AND h.status = 'failure'`,
    [id],
  );
  return rows.flatMap(({ info, message, state }) => [state, info, message]);
}

test("a failure without a text gets pod, error line and log of its containers", async () => {
  const log = "opening root://x//y.root\nRuntimeError: no branch named pt\nleaving";
  const [state, info, message] = await failed("transformer-1-abc", log, 2);
  expect(state).toBe("failed");
  expect(info).toBe(`transformer-1-abc: RuntimeError: no branch named pt\n${log}`);
  expect(message).toBe("RuntimeError: no branch named pt");
});

test("a pod that is gone is named, with the reason why nothing more is known", async () => {
  const [, info, message] = await failed("transformer-1-gone", undefined);
  expect(info).toBe(
    "transformer-1-gone: The worker reported a failure; its pod is gone, and so is its log.",
  );
  expect(message).toContain("its pod is gone");
});

test("a failure of a container that the runner did not start keeps its own sentence", async () => {
  const { ledger } = api;
  Object.assign(ledger.ctx.runner, { startsContainers: false });
  const id = await ledger.submit(1);
  const [task] = await ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  const path = `/servicex/internal/w/${attemptToken(ledger.ctx.signingKey, task)}/transformation`;
  const body = JSON.stringify({ "file-id": task.file, status: "failure" });
  const headers = { "content-type": "application/json" };
  await api.call({ method: "PUT", path: `${path}/${id}/file-complete`, headers, body });
  expect(await ledger.ctx.db.query("SELECT FROM unexplained_failures")).toEqual([]);
  Object.assign(ledger.ctx.runner, { startsContainers: true });
});

test("a log's secrets are not shown, and a long one is cut", () => {
  const { info } = wordsOf("pod", `password=hunter2 failed\n${"x".repeat(10_000)}`, "");
  expect(info).not.toContain("hunter2");
  expect(info.length).toBe(2048);
  expect(wordsOf("pod", "last line", "").line).toBe("last line");
});
