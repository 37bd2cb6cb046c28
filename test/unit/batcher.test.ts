import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Query } from "../../src/db/client.ts";
import { UnavailableError } from "../../src/errors.ts";
import { loggerTo, silentLog } from "../../src/log.ts";
import { Batcher } from "../../src/requests/reports/batcher.ts";
import { entriesOf, takeBatch } from "../../src/requests/reports/entry.ts";
import { until } from "../support/wait.ts";
import { reportRow } from "./report-row.ts";

interface Statement {
  files: number[];
  statuses: string[];
}

/**
 * The database as the batcher sees it: a statement fails as a whole where it holds a file that
 * cannot be stored.
 */
function database({
  bad = [] as number[],
  unmoved = [] as number[],
  unknown = [] as number[],
  code = "22003",
}) {
  const statements: Statement[] = [];
  let open = 0;
  let mostOpen = 0;
  async function answer(_text: string, params: unknown[] = [], name?: string): Promise<object[]> {
    if (name === "are_recorded") return [];
    const words = (index: number) => String(params[index]).slice(1, -1).split(",");
    const [ords, files, statuses] = [words(0).map(Number), words(2).map(Number), words(5)];
    statements.push({ files, statuses });
    mostOpen = Math.max(mostOpen, ++open);
    await new Promise((resolve) => setImmediate(resolve));
    open--;
    if (files.some((file) => bad.includes(file)))
      throw Object.assign(new Error("numeric value out of range"), { code });
    const known = ords.filter((ord) => !unknown.includes(files[ord] ?? 0));
    return [
      {
        moved: known.filter((ord) => !unmoved.includes(files[ord] ?? 0)),
        unmoved: known.filter((ord) => unmoved.includes(files[ord] ?? 0)),
      },
    ];
  }
  return { statements, query: answer as Query, mostOpen: () => mostOpen };
}

function batcher(query: Query, onMoved: (requests: string[]) => void = () => undefined) {
  return new Batcher({ query, log: silentLog(), fileAttempts: 3, leaseSeconds: 60, onMoved });
}

const rowsOf = (files: number[]) => files.map((file) => reportRow({ file }));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test("answers come in the order of the rows, each with its own outcome", async () => {
  const { query } = database({ unmoved: [3], unknown: [2] });
  const answers = await batcher(query).add(rowsOf([4, 3, 2, 1]));
  expect(answers).toEqual(["recorded", "superseded", "unknown", "recorded"]);
});

test("calls of one moment go into one statement", async () => {
  const { query, statements } = database({});
  const reports = batcher(query);
  const answers = await Promise.all(numbers(200).map((file) => reports.add(rowsOf([file]))));
  expect(answers.flat()).toEqual(numbers(200).map(() => "recorded"));
  expect(statements).toHaveLength(1);
});

test("a statement has at most a thousand rows, and two run at once", async () => {
  const { query, statements, mostOpen } = database({});
  await batcher(query).add(rowsOf(numbers(4500)));
  expect(statements.map(({ files }) => files.length)).toEqual([1000, 1000, 1000, 1000, 500]);
  expect(statements.flatMap(({ files }) => files)).toEqual(numbers(4500));
  expect(mostOpen()).toBe(2);
});

test("the next statement is sent before the calls of the last one are answered", async () => {
  const events: string[] = [];
  const { query } = database({});
  const reports = batcher((text, params, name) => {
    events.push("statement");
    return query(text, params, name);
  });
  const calls = [1, 2, 3].map((call) =>
    reports
      .add(rowsOf(numbers(1000).map((n) => call * 1000 + n)))
      .then(() => events.push("answer")),
  );
  await Promise.all(calls);
  expect(events.slice(0, 3)).toEqual(["statement", "statement", "statement"]);
});

test("a row that cannot be stored is found by halves and refused alone", async () => {
  const { query, statements } = database({ bad: [6] });
  const answers = await batcher(query).add(rowsOf(numbers(8)));
  expect(answers.map((answer) => answer.split(":")[0])).toEqual(
    numbers(8).map((file) => (file === 6 ? "refused" : "recorded")),
  );
  expect(statements.map(({ files }) => files)).toEqual([
    [1, 2, 3, 4, 5, 6, 7, 8],
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [5, 6],
    [5],
    [6],
    [7, 8],
  ]);
});

test("a row on a damaged page is found by halves and not refused", async () => {
  const reports = batcher(database({ bad: [2], code: "XX001" }).query);
  const calls = numbers(3).map((file) => reports.add(rowsOf([file])));
  const [first, second, third] = await Promise.allSettled(calls);
  expect([first, third]).toEqual([
    { status: "fulfilled", value: ["recorded"] },
    { status: "fulfilled", value: ["recorded"] },
  ]);
  expect(second).toMatchObject({ status: "rejected", reason: expect.any(UnavailableError) });
});

test("a statement that fails for no row's sake is tried once, and its reports are sent again", async () => {
  const { query, statements } = database({ bad: [2], code: "42501" });
  await expect(batcher(query).add(rowsOf(numbers(8)))).rejects.toThrow(UnavailableError);
  expect(statements).toHaveLength(1);
});

test("every row that cannot be stored is refused, and the requests of the others are named once", async () => {
  const { query } = database({ bad: [1, 2] });
  const moved: string[][] = [];
  const answers = await batcher(query, (requests) => moved.push(requests)).add(rowsOf([1, 2]));
  expect(answers.every((answer) => answer.startsWith("refused: "))).toBe(true);
  expect(moved.flat()).toEqual([]);
  const again = batcher(database({}).query, (requests) => moved.push(requests));
  await again.add(rowsOf(numbers(5)));
  expect(moved.flat()).toEqual([reportRow({}).request]);
});

test("two reports of one attempt are one row; one of a later attempt waits for the next statement", async () => {
  const { query, statements } = database({});
  const answers = await batcher(query).add([
    reportRow({ status: "start" }),
    reportRow({ status: "retry" }),
    reportRow({ status: "retry" }),
    reportRow({ attempt: 2 }),
  ]);
  expect(answers).toEqual(["recorded", "recorded", "duplicate", "recorded"]);
  expect(statements.map(({ statuses }) => statuses)).toEqual([["retry"], ["success"]]);
});

test("a drain resolves when what waited is answered", async () => {
  const { query } = database({});
  const reports = batcher(query);
  let answered = 0;
  for (const file of numbers(10))
    void reports.add(rowsOf([file])).then(() => {
      answered++;
    });
  await reports.drain();
  expect(answered).toBe(10);
});

test("a listener that throws changes no answer, and the next one is still called", async () => {
  const { query, statements } = database({});
  const logged: string[] = [];
  const log = loggerTo({ write: (line) => logged.push(line) });
  let batches = 0;
  const reports = new Batcher({
    query,
    log,
    fileAttempts: 3,
    leaseSeconds: 60,
    onMoved() {
      throw new Error("a listener failed");
    },
    onBatch: () => {
      batches++;
      throw new Error("another failed");
    },
  });
  const answers = await reports.add(rowsOf(numbers(8)));
  expect(answers).toEqual(numbers(8).map(() => "recorded"));
  await reports.drain();
  expect(answers).toEqual(numbers(8).map(() => "recorded"));
  expect(statements).toHaveLength(1);
  expect(batches).toBe(1);
  expect(logged.join("")).toContain("a listener failed");
  expect(logged.join("")).toContain("another failed");
});

test("a lookup of duplicates that fails rejects the call, and the moved requests are still named", async () => {
  const { query, statements } = database({ unmoved: [2] });
  const broken: Query = (text, params, name) =>
    name === "are_recorded" ? Promise.reject(new Error("canceled")) : query(text, params, name);
  const moved: string[][] = [];
  const reports = batcher(broken, (requests) => moved.push(requests));
  await expect(reports.add(rowsOf([1, 2]))).rejects.toThrow("canceled");
  await reports.drain();
  expect(statements).toHaveLength(1);
  expect(moved).toEqual([[reportRow({}).request]]);
});

const blocked = "6f1a2b3c-0000-4000-8000-00000000000a";
const free = "6f1a2b3c-0000-4000-8000-00000000000b";

/** Statements with a report of the first request wait in vain for a lock, while it is held. */
function lockable() {
  const { query, statements } = database({});
  const state = { isLocked: true, failed: 0 };
  const locked: Query = async (text, params = [], name) => {
    if (!state.isLocked || !String(params[1]).includes(blocked)) return query(text, params, name);
    state.failed++;
    throw Object.assign(new Error("canceling statement due to lock timeout"), { code: "55P03" });
  };
  return { state, statements, query: locked };
}

test("reports of a request whose rows are locked wait, and those of others do not", async () => {
  const { state, query } = lockable();
  const reports = batcher(query);
  let answered = 0;
  const waiting = numbers(20).map((file) =>
    reports.add([reportRow({ request: blocked, file })]).finally(() => answered++),
  );
  for (const file of numbers(20))
    expect(await reports.add([reportRow({ request: free, file })])).toEqual(["recorded"]);
  expect(answered).toBe(0);
  // In the shared batch, and then by itself
  await until(() => state.failed >= 2);
  state.isLocked = false;
  expect((await Promise.all(waiting)).flat()).toEqual(numbers(20).map(() => "recorded"));
});

test("without a hold, they are rejected with a time to wait, at once while the lane waits", async () => {
  const { state, query } = lockable();
  const reports = batcher(query);
  const row = () => [reportRow({ request: blocked })];
  for (let times = 0; times < 30; times++)
    await expect(reports.add(row(), 0)).rejects.toMatchObject({ name: "UnavailableError" });
  expect(state.failed).toBeLessThan(20);
  state.isLocked = false;
  expect(await reports.add(row())).toEqual(["recorded"]);
});

test("too many reports of one locked request are rejected, and none of others", async () => {
  const { state, query } = lockable();
  const reports = batcher(query);
  const info = "x".repeat(2048);
  const held = reports.add([reportRow({ request: blocked, file: 9999 })]);
  await until(() => state.failed >= 2);
  const many = numbers(5000).map((file) => reportRow({ request: blocked, file, info }));
  await expect(reports.add(many)).rejects.toMatchObject({ name: "UnavailableError" });
  expect(await reports.add([reportRow({ request: free })])).toEqual(["recorded"]);
  state.isLocked = false;
  expect(await held).toEqual(["recorded"]);
  await reports.drain();
});

test("a drain rejects what is held for a locked request", async () => {
  const { state, query } = lockable();
  const reports = batcher(query);
  const held = reports.add([reportRow({ request: blocked })]);
  const rejected = expect(held).rejects.toMatchObject({ name: "UnavailableError" });
  await until(() => state.failed >= 2);
  await reports.drain();
  await rejected;
});

describe("by a clock of the test", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] });
  });
  afterEach(() => vi.useRealTimers());

  const watch = (answered: Promise<unknown>) => {
    const state = { error: undefined as unknown, answers: undefined as unknown };
    answered.then(
      (answers) => (state.answers = answers),
      (error: unknown) => (state.error = error),
    );
    return state;
  };

  test("reports whose statements are too slow are held no longer than they may be", async () => {
    let statements = 0;
    const slow: Query = async () => {
      statements++;
      // By the clock of the test, which passes them at once
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      throw Object.assign(new Error("canceled by statement timeout"), { code: "57014" });
    };
    const held = watch(batcher(slow).add(rowsOf(numbers(1000)), 45));
    await vi.advanceTimersByTimeAsync(40_000);
    expect(held.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(held.error).toBeInstanceOf(UnavailableError);
    expect(statements).toBe(5);
  });

  test("a report is held no longer than it may be while its lane waits for the next try", async () => {
    let tries = 0;
    const locked: Query = () => {
      tries++;
      throw Object.assign(new Error("canceled by lock timeout"), { code: "55P03" });
    };
    const reports = batcher(locked);
    const long = watch(reports.add(rowsOf([1]), 45));
    while (tries < 7) await vi.advanceTimersByTimeAsync(100);
    const short = watch(reports.add(rowsOf([2]), 1));
    await vi.advanceTimersByTimeAsync(900);
    expect(short.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(short.error).toBeInstanceOf(UnavailableError);
    expect(tries).toBe(7);
    expect(long.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(45_000);
    expect(long.error).toBeInstanceOf(UnavailableError);
  });

  test("reports without a hold that are too slow together are recorded in smaller parts", async () => {
    const { statements, query } = database({});
    const slow: Query = (text, params = [], name) => {
      if (name !== "are_recorded" && String(params[0]).split(",").length > 100)
        throw Object.assign(new Error("canceled by statement timeout"), { code: "57014" });
      return query(text, params, name);
    };
    const reports = batcher(slow);
    let sent = watch(reports.add(rowsOf(numbers(1000)), 0));
    for (let times = 1; !sent.answers; times++) {
      await vi.advanceTimersByTimeAsync(1000);
      if (!sent.error) continue;
      expect(times).toBeLessThan(20);
      sent = watch(reports.add(rowsOf(numbers(1000)), 0));
    }
    expect(sent.answers).toEqual(numbers(1000).map(() => "recorded"));
    expect(Math.max(...statements.map(({ files }) => files.length))).toBeLessThanOrEqual(100);
  });
});

test("reports of other attempts stay at the start of the queue in their order", () => {
  const attempts = numbers(2_000);
  const rows = [
    ...attempts.map((attempt) => reportRow({ file: 1, attempt })),
    reportRow({ file: 2 }),
    reportRow({ file: 3 }),
  ];
  const queue = entriesOf(rows, 0).entries;
  expect(takeBatch(queue, 2).map(({ row }) => [row.file, row.attempt])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  expect(queue.map(({ row }) => row.attempt)).toEqual([...attempts.slice(1), 1]);
  expect(queue.at(-1)?.row.file).toBe(3);
});
