import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { local } from "../../src/auth/caller.ts";
import type { Task } from "../../src/operations/contract.ts";
import { heartbeat } from "../../src/requests/dispatch/claim.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { readFile } from "../../src/requests/read/files.ts";
import { report } from "../../src/requests/reports/report.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { until } from "../support/wait.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({ env: { FILE_ATTEMPTS: "3", LEASE_SECONDS: "30" } });
});
afterEach(async () => expect(await ledger.violations()).toEqual([]));
afterAll(() => ledger.close());

const asReport = (
  { request, file, step, attempt }: Task,
  status: "start" | "retry" | "success" | "failure",
) => ({
  request,
  file,
  step,
  attempt,
  status,
});

async function settleAll(id: string, status: "success" | "failure" = "success"): Promise<void> {
  await until(async () => {
    const tasks = await ledger.claim(1000, { request: id, waitSeconds: 0 });
    if (tasks.length)
      await report(
        ledger.ctx,
        local,
        "w",
        tasks.map((task) => asReport(task, status)),
      );
    const { state } = await ledger.read(id);
    return ["complete", "failed", "canceled"].includes(state);
  });
}

describe("a report", () => {
  test("counts what changed: sent twice it is a duplicate and counted once", async () => {
    const id = await ledger.submit(2);
    const [first, second] = (await ledger.claim(2, { request: id })) as [Task, Task];
    expect(await ledger.report(first, "success")).toBe("recorded");
    expect(await ledger.report(first, "success")).toBe("duplicate");
    expect((await ledger.read(id)).counters).toMatchObject({ total: 2, done: 1, running: 1 });
    expect(
      await ledger.report(second, "failure", {
        error: { class: "bad_input", message: "broken at byte 12" },
      }),
    ).toBe("recorded");
    expect(await ledger.report(second, "success")).toBe("superseded");
    const ended = await ledger.ended(id);
    expect(ended).toMatchObject({
      state: "complete",
      counters: { total: 2, done: 1, failed: 1, running: 0 },
    });
  });

  test("start and success in one batch give both rows of history and the success", async () => {
    const id = await ledger.submit(1);
    const [task] = (await ledger.claim(1, { request: id })) as [Task];
    await ledger.ctx.db.query("DELETE FROM file_status WHERE request_id = $1", [id]);
    const answers = await report(ledger.ctx, local, "w", [
      asReport(task, "start"),
      asReport(task, "success"),
      asReport(task, "start"),
    ]);
    expect(answers).toEqual(["recorded", "recorded", "duplicate"]);
    const { state, history } = await readFile(ledger.ctx, id, task.file, local);
    expect(state).toBe("done");
    expect(history.map((row) => row.status).sort()).toEqual(["start", "success"]);
    await ledger.ended(id);
  });

  test("of an unknown file, or one that cannot be stored, has its own answer and does not affect the others", async () => {
    const id = await ledger.submit(3);
    const tasks = (await ledger.claim(3, { request: id })) as [Task, Task, Task];
    const answers = await report(ledger.ctx, local, "w", [
      asReport(tasks[0], "success"),
      { ...asReport(tasks[1], "success"), file: 999_999_999 },
      { ...asReport(tasks[1], "success"), attempt: 3_000_000_000 },
      {
        ...asReport(tasks[2], "failure"),
        error: {
          class: "bad\0input",
          message: "NUL \0 and half a pair \ud800",
          trace: "x".repeat(5000),
        },
      },
      asReport(tasks[1], "success"),
    ]);
    expect(answers[0]).toBe("recorded");
    expect(answers[1]).toBe("unknown");
    expect(answers[2]).toMatch(/^refused: /);
    expect(answers[3]).toBe("recorded");
    expect(answers[4]).toBe("recorded");
    const file = await readFile(ledger.ctx, id, tasks[2].file, local);
    expect(file.error?.message).toContain("half a pair");
    expect(file.error?.message.length).toBeLessThanOrEqual(2048);
    await ledger.ended(id);
  });

  test("of results, with a thousand others, asks the store for few at once, each for its own", async () => {
    const { store } = ledger.ctx;
    const head = store.head;
    let open = 0;
    let mostOpen = 0;
    const asked = vi.spyOn(store, "head").mockImplementation(async (...of) => {
      mostOpen = Math.max(mostOpen, ++open);
      return head(...of).finally(() => open--);
    });
    const reports = Array.from({ length: 1000 }, (_, n) => ({
      ...{ request: randomUUID(), file: n + 1, step: 1, attempt: 1, status: "success" as const },
      results: [{ name: `${n}.parquet`, size: 1 }],
    }));
    const answers = await report(ledger.ctx, local, "w", reports);
    asked.mockRestore();
    expect(answers).toHaveLength(1000);
    for (const [n, answer] of answers.entries())
      expect(answer).toContain(`the store has no object "${n}.parquet"`);
    expect(mostOpen).toBeGreaterThan(1);
    expect(mostOpen).toBeLessThanOrEqual(64);
  });

  test("of an old attempt changes nothing", async () => {
    const id = await ledger.submit(1);
    const [old] = (await ledger.claim(1, { request: id })) as [Task];
    expect(
      await ledger.report(old, "retry", { error: { class: "unavailable", message: "try later" } }),
    ).toBe("recorded");
    const [next] = (await ledger.claim(1, { request: id })) as [Task];
    expect(next.attempt).toBe(old.attempt + 1);
    expect(await ledger.report(old, "failure", { error: { class: "x", message: "late" } })).toBe(
      "superseded",
    );
    expect(await ledger.report(old, "success")).toBe("superseded");
    expect((await ledger.read(id)).counters).toMatchObject({ running: 1, done: 0, failed: 0 });
    expect(await ledger.report(next, "success")).toBe("recorded");
    expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 1 } });
  });

  test("in batches of opposite order never deadlocks, and every row is counted once", async () => {
    const id = await ledger.submit(400);
    const tasks = await ledger.claim(1000, { request: id });
    expect(tasks).toHaveLength(400);
    const rows = tasks.map((task) => asReport(task, "success"));
    const rounds = await Promise.all(
      [rows, rows.toReversed(), rows, rows.toReversed()].map((list) =>
        report(ledger.ctx, local, "w", list),
      ),
    );
    const said = rounds.flat();
    expect(said.filter((answer) => answer === "recorded")).toHaveLength(400);
    expect(said.filter((answer) => answer === "duplicate")).toHaveLength(1200);
    expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { done: 400 } });
  });
});

describe("a file", () => {
  test("is tried again with a new attempt, and fails with its reason when the tries are used up", async () => {
    const id = await ledger.submit(1);
    const attempts: number[] = [];
    for (let round = 1; round <= 3; round++) {
      const [task] = (await ledger.claim(1, { request: id })) as [Task];
      attempts.push(task.attempt);
      await ledger.report(task, "retry", {
        error: { class: "unavailable", message: `source 10.0.0.${round} did not answer` },
      });
    }
    const ended = await ledger.ended(id);
    expect(attempts).toEqual([1, 2, 3]);
    expect(ended.counters).toMatchObject({ failed: 1, done: 0 });
    const [file] = (await ledger.ctx.db.query<{ file_id: number }>(
      "SELECT file_id FROM request_files WHERE request_id = $1",
      [id],
    )) as [{ file_id: number }];
    const { error, history } = await readFile(ledger.ctx, id, file.file_id, local);
    expect(error).toMatchObject({
      class: "unavailable",
      message: "source 10.0.0.3 did not answer",
    });
    expect(history.map((row) => row.status)).toEqual([
      "start",
      "retry",
      "start",
      "retry",
      "start",
      "failure",
    ]);
  });

  test("whose worker stopped responding is given to another; the late report is superseded", async () => {
    const id = await ledger.submit(1);
    const [first] = (await ledger.claim(1, { request: id, worker: "silent" })) as [Task];
    await ledger.ctx.db.query(
      "UPDATE request_files SET lease_until = now() - interval '1 second' WHERE request_id = $1",
      [id],
    );
    const [second] = (await ledger.claim(1, { request: id, worker: "other" })) as [Task];
    expect(second.attempt).toBe(2);
    expect(await ledger.report(first, "success")).toBe("superseded");
    expect(await heartbeat(ledger.ctx, local, { worker: "silent", tasks: [first.task] })).toEqual([
      first.task,
    ]);
    expect(
      await heartbeat(ledger.ctx, local, { worker: "other", tasks: [second.task, "nonsense"] }),
    ).toEqual(["nonsense"]);
    await ledger.report(second, "success");
    const { history } = await readFile(ledger.ctx, id, first.file, local);
    expect(history.map((row) => row.status)).toEqual(["start", "lost", "start", "success"]);
    await ledger.ended(id);
  });

  test("whose worker is lost with every try fails as lost", async () => {
    const id = await ledger.submit(1);
    for (let round = 0; round < 3; round++) {
      await ledger.claim(1, { request: id });
      await ledger.ctx.db.query(
        "UPDATE request_files SET lease_until = now() - interval '1 second' WHERE request_id = $1",
        [id],
      );
    }
    expect((await ledger.ended(id)).counters).toMatchObject({ failed: 1 });
  });

  test("goes on to the next step while others are still in the first: no barrier", async () => {
    const id = await ledger.submit(3, { steps: ["noop", "noop"] });
    const [first, ...others] = (await ledger.claim(3, { request: id })) as [Task, ...Task[]];
    await ledger.report(first, "success");
    const [again] = (await ledger.claim(1, { request: id })) as [Task];
    expect(again).toMatchObject({ file: first.file, step: 2, attempt: 1 });
    await ledger.report(again, "success");
    const during = await ledger.read(id);
    expect(during.counters).toMatchObject({ total: 3, running: 2, done: 1 });
    expect(during.steps[0]).toMatchObject({ passed: 1, running: 2 });
    for (const task of others) await ledger.report(task, "success");
    await settleAll(id);
    expect((await ledger.ended(id)).counters).toMatchObject({ total: 3, done: 3 });
  });

  test("whose message the queue lost is published again, which costs no try", async () => {
    const id = await ledger.submit(5);
    await until(async () => (await ledger.read(id)).counters.queued === 5);
    await ledger.ctx.db.query("DELETE FROM queue_messages WHERE topic LIKE $1", [`%${id}`]);
    const tasks = await until(async () => {
      const found = await ledger.claim(5, { request: id, waitSeconds: 1 });
      return found.length ? found : undefined;
    });
    expect(tasks.map((task) => task.attempt)).toEqual(Array.from(tasks, () => 2));
    await report(
      ledger.ctx,
      local,
      "w",
      tasks.map((task) => asReport(task, "success")),
    );
    await settleAll(id);
    expect((await ledger.ended(id)).counters).toMatchObject({ done: 5 });
  });
});

describe("a request", () => {
  test("has only a window of its files published", async () => {
    const id = await ledger.submit(3000);
    await until(async () => (await ledger.read(id)).counters.queued === 1000);
    await until(async () => (await ledger.read(id)).counters.total === 3000);
    expect((await ledger.read(id)).counters).toMatchObject({ waiting: 2000, queued: 1000 });
    await settleAll(id);
    expect((await ledger.ended(id)).counters).toMatchObject({ done: 3000, total: 3000 });
  });

  test("of no files is complete at once", async () => {
    const id = await ledger.submit(0);
    expect(await ledger.ended(id)).toMatchObject({ state: "complete", counters: { total: 0 } });
  });

  test("that is canceled gives nothing out after the answer, and every file is settled", async () => {
    const { cancel } = await import("../../src/requests/lifecycle/cancel.ts");
    const id = await ledger.submit(20);
    const [one, two] = (await ledger.claim(2, { request: id })) as [Task, Task];
    expect(await ledger.report(one, "success")).toBe("recorded");
    const answer = await cancel(ledger.ctx, id, local);
    expect(["canceling", "canceled"]).toContain(answer.state);
    expect(await ledger.claim(5, { request: id, waitSeconds: 0 })).toEqual([]);
    const ended = await ledger.ended(id);
    expect(ended).toMatchObject({ state: "canceled", counters: { done: 1, canceled: 19 } });
    expect(await ledger.report(two, "success")).toBe("superseded");
    expect(await cancel(ledger.ctx, id, local)).toMatchObject({ state: "canceled" });
    expect(await heartbeat(ledger.ctx, local, { worker: "w", tasks: [two.task] })).toEqual([
      two.task,
    ]);
  });

  test("that has ended cannot be canceled", async () => {
    const { cancel } = await import("../../src/requests/lifecycle/cancel.ts");
    const id = await ledger.submit(1);
    await settleAll(id);
    await expect(cancel(ledger.ctx, id, local)).rejects.toMatchObject({ status: 409 });
  });

  test("past its deadline fails its open files with that reason", async () => {
    const id = await ledger.submit(4, { deadlineSeconds: 3600 });
    const [task] = (await ledger.claim(1, { request: id })) as [Task];
    await ledger.report(task, "success");
    await ledger.ctx.db.query(
      "UPDATE requests SET deadline = now() - interval '1 second' WHERE id = $1",
      [id],
    );
    const ended = await ledger.ended(id);
    expect(ended).toMatchObject({ state: "complete", counters: { done: 1, failed: 3 } });
    expect(ended.reason).toMatch(/^deadline/);
  });

  test("stops early when too many of its files fail", async () => {
    const id = await ledger.submit(100, { stopAfterFailedPercent: 50 });
    const tasks = await ledger.claim(20, { request: id });
    await report(
      ledger.ctx,
      local,
      "w",
      tasks.map((task) => ({
        ...asReport(task, "failure"),
        error: { class: "bad_input", message: "broken" },
      })),
    );
    const ended = await ledger.ended(id);
    expect(ended).toMatchObject({ state: "complete", counters: { failed: 100, total: 100 } });
    expect(ended.reason).toMatch(/^stopped/);
  });

  test("submitted twice with one idempotency key is one request; with another body it is refused", async () => {
    const body = { dataset: { files: ["/data/a"] }, steps: [{ operation: "noop", settings: {} }] };
    const key = { key: "abc", bodyHash: "1" };
    const all = await Promise.all(
      Array.from({ length: 5 }, () => submit(ledger.ctx, local, body, { key })),
    );
    expect(new Set(all.map((one) => one.request.id)).size).toBe(1);
    expect(all.filter((one) => one.created)).toHaveLength(1);
    await expect(
      submit(ledger.ctx, local, body, { key: { key: "abc", bodyHash: "2" } }),
    ).rejects.toMatchObject({ status: 422 });
    await settleAll(all[0]?.request.id ?? "");
  });

  test("ends once when two processes work on it", async () => {
    const other = await openLedger({ databaseUrl: ledger.ctx.databaseUrl });
    const id = await ledger.submit(2000);
    const work = async (one: Ledger, worker: string) => {
      while (!["complete", "failed"].includes((await one.read(id)).state)) {
        const tasks = await one.claim(100, { request: id, waitSeconds: 0.2, worker });
        await report(
          one.ctx,
          local,
          worker,
          tasks.map((task) => asReport(task, "success")),
        );
      }
    };
    await Promise.all([work(ledger, "a"), work(other, "b"), work(other, "c")]);
    expect((await ledger.read(id)).counters).toMatchObject({ done: 2000, total: 2000 });
    await other.close();
  });
});

describe("a redrive", () => {
  test("opens a new round with the failed files of one group, with tries of its own; the others and the results stay", async () => {
    const { redrive } = await import("../../src/requests/lifecycle/redrive.ts");
    const { listErrors } = await import("../../src/requests/read/error-groups.ts");
    const id = await ledger.submit(10);
    const tasks = await ledger.claim(10, { request: id });
    const fault = (task: Task) =>
      task.file % 2
        ? { class: "bad_input", message: `No magic bytes in /data/${task.file}.parquet` }
        : { class: "timeout", message: `took ${task.file}.5 s` };
    await report(
      ledger.ctx,
      local,
      "w",
      tasks.map((task, index) =>
        index < 2
          ? asReport(task, "success")
          : { ...asReport(task, "failure"), error: fault(task) },
      ),
    );
    await ledger.ended(id);
    const groups = await listErrors(ledger.ctx, id, local);
    expect(groups).toHaveLength(2);
    expect(groups.map((group) => group.count)).toEqual([4, 4]);
    expect(groups.map((group) => group.message).sort()).toEqual([
      "No magic bytes in <path>",
      "took <n> s",
    ]);
    const [group] = groups as [(typeof groups)[0]];
    const { request, files } = await redrive(ledger.ctx, id, local, {
      errors: [group.fingerprint],
    });
    expect(files).toBe(4);
    expect(request).toMatchObject({ round: 2, state: "running", counters: { done: 2, failed: 4 } });
    const again = await ledger.claim(10, { request: id });
    expect(again.map((task) => task.attempt)).toEqual([3, 3, 3, 3]);
    await report(
      ledger.ctx,
      local,
      "w",
      again.map((task) => asReport(task, "success")),
    );
    expect(await ledger.ended(id)).toMatchObject({
      state: "complete",
      round: 2,
      counters: { done: 6, failed: 4, total: 10 },
    });
    await expect(redrive(ledger.ctx, id, local, { errors: ["nonsense"] })).rejects.toMatchObject({
      status: 409,
    });
    expect(await ledger.read(id)).toMatchObject({ state: "complete", round: 2 });
  });
});
