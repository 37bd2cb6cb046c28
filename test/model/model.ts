// The ledger as a few lines: what a request and its files must be after each fact, decided without
// a database.

export interface ModelFile {
  step: number;
  state: "queued" | "running" | "done" | "failed" | "canceled";
  attempt: number;
  tries: number;
}

export interface Model {
  steps: number;
  /** files of the user that may run at once */
  slots: number;
  state: "running" | "complete" | "canceled";
  round: number;
  files: ModelFile[];
}

export const fileAttempts = 3;

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
    })),
  });
}

const isOpen = (file: ModelFile) => file.state === "queued" || file.state === "running";

/** A request whose files are all settled has ended; a canceled one stays so. */
function settle(model: Model): Model {
  if (model.state === "running" && !model.files.some(isOpen)) model.state = "complete";
  return model;
}

export function start(model: Model, index: number): void {
  const file = model.files[index];
  const running = model.files.filter((other) => other.state === "running").length;
  if (model.state === "running" && file?.state === "queued" && running < model.slots)
    file.state = "running";
}

export type Answer = "recorded" | "superseded";

/**
 * A report counts for the attempt that the file is in, while the file is open; a waiting file is
 * published again at once here.
 */
export function report(
  model: Model,
  index: number,
  status: "start" | "success" | "retry" | "failure",
  step: number,
  attempt: number,
): Answer {
  const file = model.files[index];
  if (!file || !isOpen(file) || file.step !== step || file.attempt !== attempt) return "superseded";
  if (status === "start") {
    if (file.state === "running") return "superseded";
    file.state = "running";
    return "recorded";
  }
  if (status === "success" && file.step < model.steps)
    Object.assign(file, { step: file.step + 1, state: "queued", attempt: 1, tries: 0 });
  else if (status === "success") file.state = "done";
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
  if (file?.state === "queued") file.attempt++;
}

export function cancel(model: Model): void {
  if (model.state !== "running") return;
  model.state = "canceled";
  for (const file of model.files) if (isOpen(file)) file.state = "canceled";
}

export function redrive(model: Model): boolean {
  const failed = model.files.filter((file) => file.state === "failed");
  if (model.state !== "complete" || !failed.length) return false;
  model.state = "running";
  model.round++;
  // The redrive takes a number, and so does the publishing that follows it.
  for (const file of failed)
    Object.assign(file, { state: "queued", attempt: file.attempt + 2, tries: 0 });
  return true;
}

function tryAgain(file: ModelFile, worthIt: boolean): void {
  file.tries++;
  if (worthIt && file.tries < fileAttempts)
    Object.assign(file, { state: "queued", attempt: file.attempt + 1 });
  else file.state = "failed";
}
