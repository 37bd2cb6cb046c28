import { shownAddress } from "../../addresses/shown.ts";
import { type Caller, ownerOf } from "../../auth/caller.ts";
import { findersWithout } from "../../datasets/barred.ts";
import type { Finder } from "../../datasets/contract.ts";
import { firstFileOf } from "../../datasets/first-file.ts";
import { type NamedDataset, nameDataset } from "../../datasets/resolve.ts";
import type { Deps } from "../../deps.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import type { Operation, Previewed, WorkerOperation } from "../../operations/contract.ts";
import { timeLimit } from "../../time.ts";
import { makeTurns } from "../../turns.ts";
import { assertMay } from "../../users/policy.ts";
import type { DryRunView, StepInput, SubmitInput } from "../views.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkSteps } from "./check-steps.ts";
import { previewRefused, withPreviewContext } from "./dry-run-context.ts";
import { callerLeft } from "./in-turn.ts";
import { type Readable, readableBy } from "./readable.ts";

type DryRunDeps = Deps<
  "barred" | "config" | "db" | "finders" | "log" | "operations" | "runner" | "verifyingKeys"
>;

const mostRows = 10;

/**
 * Each may take as much memory as a file in a worker. Owners take turns, so that whoever waits is
 * served next, however many another one sends.
 */
const turns = makeTurns({ slots: 2, mostWaiting: 4, mostSeconds: 90 });

/**
 * What a request would make of its dataset's first file in its first step: the first rows. All that
 * a submit checks is checked; nothing is recorded and nothing is kept. A caller who is `gone` ends
 * it.
 */
export async function dryRun(
  ctx: DryRunDeps,
  caller: Caller,
  input: SubmitInput,
  { gone }: { gone: AbortSignal },
): Promise<DryRunView> {
  assertMay(caller, "request.submit");
  const owner = ownerOf(caller) ?? "";
  const barred = await ctx.barred.of(owner);
  const readable = readableBy(ctx, barred);
  await checkInputs(ctx, input, readable);
  const unchecked = await checkSteps(ctx, input, { owner, signal: gone, readable });
  const step = firstStep(ctx, input);
  const dataset = await nameDataset(ctx, input.dataset, barred);
  const finders = findersWithout(ctx.finders, barred);
  const wanted = { owner, dataset, step, finders, readable };
  const done = await turns.take({ owner, signal: gone }, async () => ({
    view: await inTime(ctx, gone, (signal) => look(ctx, { ...wanted, signal })),
  }));
  if (gone.aborted) throw callerLeft();
  if (!done) throw new UnavailableError("Too many dry runs are going on now.", 10);
  const notes = unchecked.map(({ step, reason }) => `Step ${step} was not checked: ${reason}`);
  if (input.steps.length > 1)
    notes.push(`This is what the first of ${input.steps.length} steps makes.`);
  return { ...done.view, notes: [...done.view.notes, ...notes] };
}

interface Step {
  settings: StepInput["settings"];
  operation: WorkerOperation & Required<Pick<WorkerOperation, "preview">>;
}

function firstStep({ operations }: Deps<"operations">, { steps: [first] }: SubmitInput): Step {
  const operation = operations.get(first?.operation ?? "");
  if (first && operation && hasPreview(operation)) return { settings: first.settings, operation };
  const able = [...operations.values()].filter(hasPreview).map(({ name }) => name);
  const detail =
    `The operation ${JSON.stringify(first?.operation)} has no dry run; these have one: ` +
    `${able.join(", ") || "none that is offered here"}.`;
  throw new RequestError(422, "no_dry_run", detail, [{ pointer: "/steps/0/operation", detail }]);
}

function hasPreview(operation: Operation): operation is Step["operation"] {
  return operation.runsIn === "worker" && operation.preview !== undefined;
}

/** Ends the work when its time is up or its caller has left, and says which. */
async function inTime<Result>(
  { config }: Deps<"config">,
  gone: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { dryRunSeconds, fileLimits } = config;
  const clock = timeLimit(dryRunSeconds * 1000);
  try {
    return await work(AbortSignal.any([gone, clock]));
  } catch (error) {
    if (gone.aborted) throw callerLeft();
    if (!clock.aborted) throw error;
    throw new RequestError(
      422,
      "dry_run_too_long",
      `The dry run took longer than ${dryRunSeconds} seconds (DRY_RUN_SECONDS); a worker has ` +
        `${fileLimits.seconds} seconds for a file (FILE_SECONDS).`,
    );
  }
}

async function look(
  ctx: DryRunDeps,
  {
    owner,
    dataset,
    step: { settings, operation },
    finders,
    readable,
    signal,
  }: {
    owner: string;
    dataset: NamedDataset;
    step: Step;
    finders: Map<string, Finder>;
    readable: Readable;
    signal: AbortSignal;
  },
): Promise<DryRunView> {
  const first = await firstFileOf({ db: ctx.db, finders }, dataset, signal);
  if ("none" in first)
    return { file: null, read_as: null, columns: [], rows: [], more: false, notes: [first.none] };
  const lent = { operation: operation.name, readable, signal };
  const outcome = await withPreviewContext(ctx, lent, (context) =>
    operation.preview({ settings, replicas: first.replicas, owner, rows: mostRows }, context),
  );
  // A canceled look fails too, and that says nothing of the file: `inTime` says why it ended
  signal.throwIfAborted();
  if (outcome.status === "failure") throw previewRefused(ctx, outcome.error);
  return viewOf(outcome, first.note);
}

function viewOf(
  { replica, read_as, columns, rows, more, notes }: Previewed,
  note: string | undefined,
): DryRunView {
  const all = note === undefined ? notes : [note, ...notes];
  return { file: shownAddress(replica), read_as, columns, rows, more, notes: all };
}
