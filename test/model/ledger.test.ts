import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { advance } from "../../src/requests/advance/advance.ts";
import { unqueueFiles } from "../../src/requests/advance/publish-store.ts";
import { expireOverdue } from "../../src/requests/dispatch/expire-leases-store.ts";
import {
  startFilesWithinLimits,
  startWithheldFiles,
} from "../../src/requests/dispatch/start-store.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { listResults } from "../../src/requests/read/results.ts";
import { removeExpired } from "../../src/requests/scheduler/expire-results.ts";
import { setOperationLimits } from "../../src/shares/limits-store.ts";
import { anySize } from "../support/any-size.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { wholeRun } from "../support/whole-run.ts";
import * as model from "./model.ts";

const runs = Number(process.env.MODEL_RUNS ?? 500);
const seed =
  process.env.MODEL_SEED === undefined ? Date.now() % 1_000_000 : Number(process.env.MODEL_SEED);

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({
    scheduler: false,
    env: {
      OPERATIONS: "noop",
      FILE_ATTEMPTS: String(model.fileAttempts),
      RESULT_TTL_DAYS: "1",
    },
  });
  // Here nothing advances by itself: the property says when.
  await ledger.ctx.advanceQueue.close();
});
afterAll(() => ledger.close());

type Fact =
  | { fact: "claim"; file: number; worker: string }
  | { fact: "loseLease"; file: number }
  | { fact: "loseMessage"; file: number }
  | {
      fact: "report";
      file: number;
      status: "start" | "success" | "retry" | "failure" | "given_back";
      back: number;
    }
  | { fact: "ask"; what: model.Ask }
  | { fact: "race"; what: [model.Ask, model.Ask] };

const file = fc.nat({ max: 3 });
const facts: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      fact: fc.constant("claim" as const),
      file,
      worker: fc.constantFrom("v", model.reporter),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      fact: fc.constant("report" as const),
      file,
      status: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom("start", "success", "retry", "failure") },
        { weight: 2, arbitrary: fc.constant("given_back" as const) },
      ),
      // how many attempts old the report is
      back: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.constantFrom(1, 2, -1)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fact: fc.constantFrom("loseLease" as const, "loseMessage" as const),
      file,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fact: fc.constant("ask" as const),
      what: fc.oneof(
        { weight: 4, arbitrary: fc.constant("redrive" as const) },
        { weight: 4, arbitrary: fc.constantFrom("cancel" as const, "expire" as const) },
        { weight: 1, arbitrary: fc.constant("delete" as const) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      fact: fc.constant("race" as const),
      what: fc
        .tuple(fc.constantFrom(...model.asks), fc.constantFrom(...model.asks))
        .filter(([one, other]) => one !== other),
    }),
  },
);

test(`whatever comes in whatever order, the ledger is what the model says (MODEL_SEED=${seed} MODEL_RUNS=${runs} repeats it)`, async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(facts, { maxLength: 25 }),
    runOne,
  );
  await fc.assert(property, { numRuns: runs, seed });
  expect(await ledger.violations()).toEqual([]);
}, 3_600_000);

async function runOne(
  files: number,
  steps: number,
  slots: number,
  sequence: Fact[],
): Promise<void> {
  await setOperationLimits(ledger.ctx.db, "noop", { slots: null, slotsPerUser: slots });
  const id = await ledger.submit(files, { steps: Array.from({ length: steps }, () => "noop") });
  let expected = model.newModel(files, steps, slots);
  await bring(id);
  for (const fact of sequence) {
    const possible = await apply(id, expected, fact);
    await bring(id);
    for (const after of possible) model.bring(after);
    const seen = await actual(id);
    const agreeing = possible.find((after) => isDeepStrictEqual(shown(after), seen));
    if (!agreeing) expect(seen).toEqual(possible.map(shown)[0]);
    expected = agreeing ?? expected;
  }
  // Every run ends, so that the audit at the end sees ended requests too.
  await happens("cancel", id);
  await bring(id);
}

/** As the scheduler would, with the waits before another try over at once. */
async function bring(id: string): Promise<void> {
  await ledger.ctx.db.query(
    "UPDATE request_files SET not_before = NULL WHERE request_id = $1 AND not_before IS NOT NULL",
    [id],
  );
  await advance(ledger.ctx, id, wholeRun);
}

/** Returns what the ledger may be afterwards: of a race, after either order. */
async function apply(id: string, before: model.Model, fact: Fact): Promise<model.Model[]> {
  if (fact.fact === "race") return race(id, before, fact.what);
  if (fact.fact === "ask") {
    expect(await happens(fact.what, id), fact.what).toBe(model.ask(before, fact.what));
    return [before];
  }
  await applyToFile(id, before, fact);
  return [before];
}

async function race(
  id: string,
  before: model.Model,
  [one, other]: [model.Ask, model.Ask],
): Promise<model.Model[]> {
  const seen = await Promise.all([happens(one, id), happens(other, id)]);
  const first = structuredClone(before);
  const second = structuredClone(before);
  const inOrder = [model.ask(first, one), model.ask(first, other)];
  const reversed = [model.ask(second, other), model.ask(second, one)].reverse();
  const possible = [
    ...(isDeepStrictEqual(inOrder, seen) ? [first] : []),
    ...(isDeepStrictEqual(reversed, seen) ? [second] : []),
  ];
  expect(possible.length, `${one} ${seen[0]}, ${other} ${seen[1]}`).toBeGreaterThan(0);
  return possible;
}

const work: Record<model.Ask, (id: string) => Promise<unknown>> = {
  cancel: (id) => cancel(ledger.ctx, id, local),
  redrive: (id) => redrive(ledger.ctx, id, local),
  delete: (id) => deleteRequest(ledger.ctx, id, local, { waitSeconds: 0 }),
  expire: expireNow,
};

/** False if it was refused, because of what the request is. */
async function happens(what: model.Ask, id: string): Promise<boolean> {
  try {
    return (await work[what](id)) !== 0;
  } catch (error) {
    expect([404, 409], String(error)).toContain((error as { status?: number }).status);
    return false;
  }
}

/** Two days pass for this request; returns 0 if it had no results to expire. */
async function expireNow(id: string): Promise<number> {
  await ledger.ctx.db.query(
    `UPDATE requests SET finished_at = finished_at - interval '2 days',
       results_deleted_at = results_deleted_at - interval '2 days' WHERE id = $1`,
    [id],
  );
  return removeExpired(ledger.ctx);
}

type FileFact = Extract<Fact, { file: number }>;

async function applyToFile(id: string, expected: model.Model, fact: FileFact): Promise<void> {
  const { ctx } = ledger;
  const row = (await rows(id))[fact.file % expected.files.length];
  const index = fact.file % expected.files.length;
  if (!row) return;
  const key = { request: id, file: row.file, step: row.step, attempt: row.attempt };
  if (fact.fact === "claim") {
    const start = row.state === "waiting" ? startWithheldFiles : startFilesWithinLimits;
    await start(ctx.ledger.query, 60, [{ ...key, worker: fact.worker, waiter: 0 }], anySize);
    model.start(expected, index, fact.worker);
  } else if (fact.fact === "loseLease") {
    await ctx.db.query(
      "UPDATE request_files SET lease_until = now() - interval '1 s' WHERE request_id = $1 " +
        "AND file_id = $2 AND state = 'running'",
      [id, row.file],
    );
    const { fileAttempts } = model;
    await expireOverdue(ctx.ledger.query, id, { fileAttempts, longestGapSeconds: 60 });
    model.loseLease(expected, index);
  } else if (fact.fact === "loseMessage") {
    await unqueueFiles(ctx.ledger.query, id, row.step, [row]);
    model.loseMessage(expected, index);
  } else {
    const attempt = Math.max(row.attempt - fact.back, 1);
    const made =
      fact.status === "success" && row.step === expected.steps
        ? `${row.file}-${row.step}-${attempt}`
        : undefined;
    const answer = await report({ ...key, attempt }, fact.status, made);
    const wanted = model.report(expected, index, fact.status, { step: row.step, attempt, made });
    expect(answer).toBe(wanted);
  }
}

type Key = Parameters<Ledger["report"]>[0];

/** `made` is the name of an object that a worker has uploaded. */
async function report(
  key: Pick<Key, "request" | "file" | "step" | "attempt">,
  status: Parameters<Ledger["report"]>[1],
  made: string | undefined,
): Promise<string> {
  const isError = status !== "start" && status !== "success";
  if (made !== undefined) await ledger.ctx.store.put(key.request, made, Buffer.from("x"));
  const answer = await ledger.report(key as Key, status, {
    ...(isError && { error: { class: "x", message: "y" } }),
    ...(made !== undefined && { results: [{ name: made, size: 1 }] }),
  });
  return answer === "duplicate" ? "superseded" : answer;
}

interface Row extends model.ModelFile {
  file: number;
}

function rows(id: string): Promise<Row[]> {
  return ledger.ctx.db.query<Row>(
    "SELECT file_id AS file, step, state, attempt, tries, withheld FROM request_files WHERE " +
      "request_id = $1 ORDER BY file_id",
    [id],
  );
}

async function actual(id: string) {
  const files = (await rows(id)).map(compared);
  const request = await ledger.read(id).catch((error: { status?: number }) => {
    expect(error.status).toBe(404);
  });
  if (!request) return { state: "deleted", files };
  const { state, round, counters } = request;
  const { items } = await listResults(ledger.ctx, id, local, { limit: 100 });
  const results = items.map(({ name }) => name).sort();
  for (const name of results) expect(await ledger.ctx.store.head(id, name), name).toBeDefined();
  return { state, round, counters, files, results };
}

function shown({ state, round, files, results }: model.Model) {
  if (state === "deleted") return { state, files: [] };
  const count = (word: string) => files.filter((file) => file.state === word).length;
  const counters = {
    total: files.length,
    waiting: count("waiting"),
    queued: count("queued"),
    running: count("running"),
    done: count("done"),
    failed: count("failed"),
    canceled: count("canceled"),
  };
  return { state, round, counters, files: files.map(compared), results: [...results].sort() };
}

function compared({ step, state, attempt, tries, withheld }: model.ModelFile): model.ModelFile {
  return { step, state, attempt, tries, withheld };
}
