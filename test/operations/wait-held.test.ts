// What a task holds for the next step is released once, whichever way the file goes.
import { afterEach, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { until } from "../support/wait.ts";
import { openWaitSuite, type WaitSuite, ways } from "./wait/suite.ts";

const wait = { operation: "wait", seconds: 0 };
let suite: WaitSuite;
afterEach(async () => {
  expect(await suite.api.ledger.violations()).toEqual([]);
  await suite.close();
});

const statesOfTasks = () => suite.ctx.db.query<{ state: string }>("SELECT state FROM tasks");
const stepOf = async (id: string) => {
  const [row] = await suite.ctx.db.query<{ step: number; state: string }>(
    "SELECT step, state FROM request_files WHERE request_id = $1",
    [id],
  );
  return `${row?.step} ${row?.state}`;
};
/** Lets the outside service go on until then. */
const passUntil = (isSo: () => Promise<boolean>) =>
  until(
    async () => {
      await suite.pass(601);
      return isSo();
    },
    { everyMilliseconds: 50 },
  );

describe.each(ways)("%s", (way) => {
  test("a worker sends a file back, and its request is canceled there", async () => {
    suite = await openWaitSuite(way);
    const id = await suite.submit(["/archive/a.nc"], [wait, { operation: "noop" }]);
    await passUntil(async () => (await stepOf(id)) === "2 queued");
    const [task] = await suite.api.ledger.claim(1, { request: id });
    if (!task) throw new Error("no task");
    const error = { class: "not_on_disk", message: "It is on tape." };
    await suite.api.ledger.report(task, "failure", { error });
    await until(async () => (await stepOf(id)) === "1 running");
    expect(suite.outside.released).toEqual([]);
    await cancel(suite.ctx, id, local);
    await until(() => suite.outside.released.length > 0);
    await passUntil(async () => (await statesOfTasks()).every(({ state }) => state === "ended"));
    expect(suite.outside.released).toEqual([{ request: id, file: task.file }]);
    expect(suite.outside.aborted).toEqual([{ request: id, file: task.file }]);
  });

  test("a task sends a file back, and its request is canceled there", async () => {
    suite = await openWaitSuite(way);
    suite.hooks.afterStart = async (task) => {
      for (const { request, file, step } of await task.files())
        if (step === 2) suite.outside.evicted.add(`${request}/${file}`);
    };
    const id = await suite.submit(["/archive/a.nc"], [wait, { ...wait, seconds: 100 }]);
    await passUntil(async () => {
      const { length } = await suite.ctx.db.query(
        "SELECT FROM file_status WHERE request_id = $1 AND status = 'gone_back'",
        [id],
      );
      return length > 0;
    });
    await cancel(suite.ctx, id, local);
    await passUntil(async () => (await statesOfTasks()).every(({ state }) => state === "ended"));
    expect(suite.outside.released.length).toBeGreaterThan(0);
    const held = await suite.ctx.db.query("SELECT FROM task_files");
    expect(held).toEqual([]);
  });
});
