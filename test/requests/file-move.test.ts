import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { fileMoveSql, type MoveCase } from "../../src/requests/file-move.ts";
import { listErrors } from "../../src/requests/read/error-groups.ts";
import { readFile } from "../../src/requests/read/files.ts";
import { type Ledger, openLedger } from "../support/context.ts";

let ledger: Ledger;
/** Without a scheduler nothing moves a file but the claims and moves of the test. */
beforeAll(async () => {
  ledger = await openLedger({ scheduler: false });
});
afterAll(() => ledger.close());

/** A request of two steps whose four files are all running in the first. */
async function running(): Promise<{ id: string; files: number[] }> {
  const id = await ledger.submit(4, { steps: ["noop", "noop"] });
  const tasks = await ledger.claim(4, { request: id });
  expect(tasks).toHaveLength(4);
  return { id, files: tasks.map((task) => task.file).sort((a, b) => a - b) };
}

interface Options {
  guard?: string;
  columns?: string;
}

function move(id: string, moves: MoveCase[], { guard, columns }: Options = {}) {
  const sql = fileMoveSql({
    candidates: {
      from: "request_files f JOIN requests r ON r.id = f.request_id",
      where: "f.request_id = $1",
      ...(columns ? { columns } : {}),
    },
    ...(guard ? { guard } : {}),
    moves,
    result: "SELECT file_id AS file, move FROM moved ORDER BY file_id",
  });
  return ledger.ctx.db.query<{ file: number; move: string }>(sql, [id]);
}

async function stepsOf(id: string) {
  const { steps } = await ledger.read(id);
  return steps.map(({ waiting, queued, running, done, failed, canceled, passed }) => ({
    ...{ waiting, queued, running, done, failed, canceled, passed },
  }));
}

const none = { waiting: 0, queued: 0, running: 0, done: 0, failed: 0, canceled: 0, passed: 0 };
const wrongFile = { fingerprint: "'odd'", class: "'bad_input'", message: "'an odd number'" };
/** so that `advance` does not publish it */
const notYet = "now() + interval '1 hour'";
const passOn: MoveCase = {
  move: "pass",
  toStep: "step + 1",
  set: { attempt: "0", tries: "0", worker: "NULL", lease_until: "NULL", not_before: notYet },
  history: [{ status: "success" }],
};

test("each row decides its move: state, step, columns, history, error group, counters", async () => {
  const { id, files } = await running();
  const odd = (file: number | undefined) => file === files[1] || file === files[3];
  const moved = await move(
    id,
    [
      {
        move: "fail",
        when: "is_odd",
        set: { tries: "moved.tries + 1" },
        history: [{ status: "lost" }, { status: "failure", info: "'trace ' || moved.file_id" }],
        errorGroup: wrongFile,
      },
      passOn,
    ],
    { columns: `f.file_id IN (${files[1]}, ${files[3]}) AS is_odd` },
  );
  expect(moved).toEqual(files.map((file) => ({ file, move: odd(file) ? "fail" : "pass" })));
  expect(await stepsOf(id)).toEqual([
    { ...none, failed: 2, passed: 2 },
    { ...none, waiting: 2 },
  ]);
  expect(await readFile(ledger.ctx, id, files[0] ?? 0, local)).toMatchObject({
    state: "waiting",
    step: 2,
  });
  const failed = await readFile(ledger.ctx, id, files[1] ?? 0, local);
  expect(failed).toMatchObject({ state: "failed", step: 1 });
  expect(failed.history.map(({ status, info }) => [status, info])).toEqual([
    ["start", null],
    ["lost", null],
    ["failure", `trace ${files[1]}`],
  ]);
  expect(await listErrors(ledger.ctx, id, local)).toMatchObject([
    { fingerprint: "odd", class: "bad_input", message: "an odd number", count: 2 },
  ]);
  expect(await ledger.violations()).toEqual([]);
});

test("a file that goes back has passed none of the steps from that one on", async () => {
  const { id } = await running();
  await move(id, [passOn]);
  await move(id, [{ move: "queue", set: { attempt: "moved.attempt + 1" } }]);
  expect(await stepsOf(id)).toEqual([
    { ...none, passed: 4 },
    { ...none, queued: 4 },
  ]);
  await move(id, [{ move: "goBack", toStep: "1", set: { attempt: "1", not_before: notYet } }]);
  expect(await stepsOf(id)).toEqual([{ ...none, waiting: 4 }, none]);
});

test("a file that is in no state of the move, or outside the guard, stays as it is", async () => {
  const { id, files } = await running();
  expect(await move(id, [{ move: "queue" }])).toEqual([]);
  const [first] = files;
  const moved = await move(id, [{ move: "lose", set: { not_before: notYet } }], {
    guard: `file_id = ${first}`,
  });
  expect(moved).toEqual([{ file: first, move: "lose" }]);
  expect(await stepsOf(id)).toEqual([{ ...none, waiting: 1, running: 3 }, none]);
});

test("of several statements at once one moves each file, and it is counted once", async () => {
  const { id } = await running();
  const cancel: MoveCase[] = [{ move: "cancel", history: [{ status: "cancel" }] }];
  const moved = await Promise.all(Array.from({ length: 8 }, () => move(id, cancel)));
  expect(moved.flat()).toHaveLength(4);
  expect(await stepsOf(id)).toEqual([{ ...none, canceled: 4 }, none]);
});
