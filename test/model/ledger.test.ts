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
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { setOperationLimits } from "../../src/shares/limits-store.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import * as model from "./model.ts";

const runs = Number(process.env.MODEL_RUNS ?? 500);
const seed =
  process.env.MODEL_SEED === undefined ? Date.now() % 1_000_000 : Number(process.env.MODEL_SEED);

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger({
    scheduler: false,
    env: { OPERATIONS: "noop", FILE_ATTEMPTS: String(model.fileAttempts) },
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
  | { fact: "cancel" }
  | { fact: "redrive" };

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
      fact: fc.constantFrom("cancel" as const, "redrive" as const, "redrive" as const),
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
  const expected = model.newModel(files, steps, slots);
  await bring(id);
  for (const fact of sequence) {
    await apply(id, expected, fact);
    await bring(id);
    expect(await actual(id)).toEqual(shown(expected));
  }
  // Every run ends, so that the audit at the end sees ended requests too.
  await cancel(ledger.ctx, id, local).catch((error: { status?: number }) =>
    expect(error.status).toBe(409),
  );
  await bring(id);
}

/** As the scheduler would, with the waits before another try over at once. */
async function bring(id: string): Promise<void> {
  await ledger.ctx.db.query(
    "UPDATE request_files SET not_before = NULL WHERE request_id = $1 AND not_before IS NOT NULL",
    [id],
  );
  await advance(ledger.ctx, id);
}

async function apply(id: string, expected: model.Model, fact: Fact): Promise<void> {
  const { ctx } = ledger;
  if (fact.fact === "cancel") {
    const able = expected.state !== "complete";
    await cancel(ctx, id, local).then(
      () => expect(able).toBe(true),
      (error: { status?: number }) => expect([able, error.status]).toEqual([false, 409]),
    );
    return model.cancel(expected);
  }
  if (fact.fact === "redrive") {
    const done = await redrive(ctx, id, local).then(
      () => true,
      (error: { status?: number }) => error.status !== 409,
    );
    expect(done).toBe(model.redrive(expected));
    return;
  }
  const row = (await rows(id))[fact.file % expected.files.length];
  const index = fact.file % expected.files.length;
  if (!row) return;
  const key = { request: id, file: row.file, step: row.step, attempt: row.attempt };
  if (fact.fact === "claim") {
    const start = row.state === "waiting" ? startWithheldFiles : startFilesWithinLimits;
    await start(ctx.ledger.query, 60, [{ ...key, worker: fact.worker, waiter: 0 }]);
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
    const error =
      fact.status !== "start" && fact.status !== "success"
        ? { error: { class: "x", message: "y" } }
        : {};
    const answer = await ledger.report({ ...key, attempt } as never, fact.status, error);
    const wanted = model.report(expected, index, fact.status, row.step, attempt);
    expect(answer === "duplicate" ? "superseded" : answer).toBe(wanted);
  }
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
  const { state, round, counters } = await ledger.read(id);
  const files = await rows(id);
  return {
    state,
    round,
    counters,
    files: files.map(compared),
  };
}

function shown({ state, round, files }: model.Model) {
  const count = (word: string) => files.filter((one) => one.state === word).length;
  const counters = {
    total: files.length,
    waiting: count("waiting"),
    queued: count("queued"),
    running: count("running"),
    done: count("done"),
    failed: count("failed"),
    canceled: count("canceled"),
  };
  return { state, round, counters, files: files.map(compared) };
}

function compared({ step, state, attempt, tries, withheld }: model.ModelFile): model.ModelFile {
  return { step, state, attempt, tries, withheld };
}
