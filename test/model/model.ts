// The ledger as a few lines: what a request and its files must be after each fact, decided without
// a database.

export interface ModelFile {
  step: number;
  /** a file waits only while it is withheld: others are published at once here */
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
}

export interface Model {
  steps: number;
  /** files of the user that may run at once */
  slots: number;
  state: "running" | "complete" | "canceled";
  round: number;
  files: HeldFile[];
}

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
    })),
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
  step: number,
  attempt: number,
): Answer {
  const file = model.files[index];
  if (!file || !isReportable(file) || file.step !== step || file.attempt !== attempt)
    return "superseded";
  if (status === "start") {
    if (file.state === "running") return "superseded";
    Object.assign(file, { state: "running", worker: reporter });
    return "recorded";
  }
  if (status === "success" && file.step < model.steps)
    Object.assign(file, {
      ...{ step: file.step + 1, state: "queued", attempt: 1, tries: 0 },
      ...notGivenBack,
    });
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

export function cancel(model: Model): void {
  if (model.state !== "running") return;
  model.state = "canceled";
  for (const file of model.files)
    if (isOpen(file)) Object.assign(file, { state: "canceled", ...notGivenBack });
}

export function redrive(model: Model): boolean {
  const withheld = model.files.filter((file) => file.state === "waiting");
  for (const file of withheld) {
    Object.assign(file, notGivenBack);
    publish(file);
  }
  if (withheld.length > 0) return true;
  const failed = model.files.filter((file) => file.state === "failed");
  if (model.state !== "complete" || !failed.length) return false;
  model.state = "running";
  model.round++;
  // The redrive takes a number, and so does the publishing that follows it.
  for (const file of failed)
    Object.assign(file, { state: "queued", attempt: file.attempt + 2, tries: 0, ...notGivenBack });
  return true;
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
