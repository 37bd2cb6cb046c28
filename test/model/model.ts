// The ledger as a few lines: what a request and its files must be after each fact, decided without
// a database.

export interface ModelFile {
  step: number;
  /** after `bring`, a file waits only while it is withheld */
  state: "waiting" | "queued" | "running" | "done" | "failed" | "canceled";
  attempt: number;
  tries: number;
  withheld: boolean;
}

interface HeldFile extends ModelFile {
  /** the worker that has it */
  worker: string | null;
  /** the workers that gave it back, an entry for each time */
  givenBackBy: string[];
  /** the last attempt that its history has of each step that it left */
  lastAttempts: Record<number, number>;
  /** it began again in the first step */
  wentBack: boolean;
}

export interface Model {
  steps: number;
  /** files of the user that may run at once */
  slots: number;
  state: "running" | "canceling" | "complete" | "canceled" | "deleted";
  round: number;
  files: HeldFile[];
  /** names that can be downloaded */
  results: string[];
  /** in this round or an earlier one */
  expired: "never" | "earlier" | "now";
}

/** What is asked of a request as a whole. */
export const asks = ["cancel", "redrive", "delete", "expire"] as const;
export type Ask = (typeof asks)[number];

export const fileAttempts = 3;
const mostGiveBacks = 3;
/** the worker that reports */
export const reporter = "w";

const notGivenBack = { withheld: false, worker: null, givenBackBy: [] };

export function newModel(files: number, steps: number, slots: number): Model {
  return settle({
    steps,
    slots,
    state: "running",
    round: 1,
    files: Array.from({ length: files }, () => ({
      step: 1,
      state: "queued",
      attempt: 1,
      tries: 0,
      ...notGivenBack,
      lastAttempts: {},
      wentBack: false,
    })),
    results: [],
    expired: "never",
  });
}

const isReportable = (file: ModelFile) => file.state === "queued" || file.state === "running";
const isOpen = (file: ModelFile) => isReportable(file) || file.state === "waiting";

/** A request whose files are all settled has ended; a canceled one stays so. */
function settle(model: Model): Model {
  if (model.state === "running" && !model.files.some(isOpen)) model.state = "complete";
  return model;
}

export function start(model: Model, index: number, worker: string): void {
  const file = model.files[index];
  const running = model.files.filter((other) => other.state === "running").length;
  if (model.state !== "running" || !file || running >= model.slots) return;
  if (file.state === "queued") Object.assign(file, { state: "running", worker });
  if (file.state === "waiting" && !file.givenBackBy.includes(worker))
    Object.assign(file, { state: "running", worker, attempt: file.attempt + 1 });
}

export type Answer = "recorded" | "superseded";

/**
 * A report counts for the attempt that the file is in, while the file is open; a waiting file is
 * published again at once here.
 */
export function report(
  model: Model,
  index: number,
  status: "start" | "success" | "retry" | "failure" | "given_back",
  { step, attempt, made }: { step: number; attempt: number; made: string | undefined },
): Answer {
  const file = model.files[index];
  if (!file || !isReportable(file) || file.step !== step || file.attempt !== attempt)
    return "superseded";
  if (status === "start") {
    if (file.state === "running") return "superseded";
    Object.assign(file, { state: "running", worker: reporter });
    return "recorded";
  }
  if (made !== undefined) model.results.push(made);
  if (status === "success" && file.step < model.steps) pass(file);
  else if (status === "success") Object.assign(file, { state: "done", ...notGivenBack });
  else if (status === "given_back") giveBack(file);
  else tryAgain(file, status === "retry");
  settle(model);
  return "recorded";
}

export function loseLease(model: Model, index: number): void {
  const file = model.files[index];
  if (file?.state === "running") tryAgain(file, true);
  settle(model);
}

/** Its message is gone: published again, which costs no try. */
export function loseMessage(model: Model, index: number): void {
  const file = model.files[index];
  if (file?.state === "queued") publish(file);
}

/** Whether it happens. What follows from it is done by `bring`. */
export function ask(model: Model, what: Ask): boolean {
  return { cancel, redrive, delete: remove, expire }[what](model);
}

/** What `advance` does: waiting files are published, and what was begun is ended. */
export function bring(model: Model): void {
  if (model.state === "canceling") {
    model.state = "canceled";
    for (const file of model.files)
      if (isOpen(file)) Object.assign(file, { state: "canceled", ...notGivenBack });
  }
  if (model.state !== "running") return;
  for (const file of model.files) if (file.state === "waiting") publish(file);
}

function cancel(model: Model): boolean {
  if (model.state === "running") model.state = "canceling";
  return model.state === "canceling" || model.state === "canceled";
}

function redrive(model: Model): boolean {
  const withheld = model.files.filter((file) => file.state === "waiting");
  if (model.state === "running" && withheld.length > 0) {
    for (const file of withheld) Object.assign(file, notGivenBack);
    return true;
  }
  const failed = model.files.filter((file) => file.state === "failed");
  if (model.state !== "complete" || !failed.length) return false;
  model.state = "running";
  model.round++;
  for (const file of failed) tryInNextRound(file, model.expired !== "never");
  if (model.expired === "now") model.expired = "earlier";
  return true;
}

/** The redrive takes a number. What an earlier step made for the file may have expired. */
function tryInNextRound(file: HeldFile, hasExpired: boolean): void {
  file.lastAttempts[file.step] = ++file.attempt;
  if (hasExpired && file.step > 1) {
    file.wentBack = true;
    Object.assign(file, { step: 1, attempt: (file.lastAttempts[1] ?? 0) + 1 });
  }
  Object.assign(file, { state: "waiting", tries: 0, ...notGivenBack });
}

function remove(model: Model): boolean {
  if (model.state !== "complete" && model.state !== "canceled") return false;
  Object.assign(model, { state: "deleted", files: [], results: [] });
  return true;
}

function expire(model: Model): boolean {
  if (model.state !== "complete" && model.state !== "canceled") return false;
  if (model.expired === "now") return false;
  Object.assign(model, { results: [], expired: "now" });
  return true;
}

function pass(file: HeldFile): void {
  file.lastAttempts[file.step] = file.attempt;
  file.step++;
  const attempt = file.wentBack ? (file.lastAttempts[file.step] ?? 0) : 0;
  Object.assign(file, { tries: 0, ...notGivenBack, attempt });
  publish(file);
}

function tryAgain(file: HeldFile, worthIt: boolean): void {
  file.tries++;
  if (worthIt && file.tries < fileAttempts) publish(file);
  else Object.assign(file, { state: "failed", ...notGivenBack });
}

function giveBack(file: HeldFile): void {
  file.givenBackBy = [...file.givenBackBy, file.worker ?? reporter];
  file.withheld ||= file.givenBackBy.length >= mostGiveBacks;
  publish(file);
}

function publish(file: HeldFile): void {
  if (file.withheld) Object.assign(file, { state: "waiting", worker: null });
  else Object.assign(file, { state: "queued", worker: null, attempt: file.attempt + 1 });
}
