import { forEachAtOnce } from "../../at-once.ts";
import type { Deps } from "../../deps.ts";
import { readableEnd } from "../../log.ts";
import { fingerprintOf } from "../reports/fingerprint.ts";
import { readableText } from "../reports/sanitize.ts";
import {
  explain,
  noteUnexplained,
  type Unexplained,
  type UnexplainedRow,
  unexplained,
} from "./unexplained-store.ts";

export const unexplainedChannel = "unexplained";
export const explainSeconds = 10;

/** The error class of what a container of others reports. */
export const workerClass = "worker";

const page = 200;
/** of the cluster's API at once */
const logsAtOnce = 8;
const logBytes = 16_384;
const infoCharacters = 2048;
const errorLine = /error|exception|fatal|killed|abort|segmentation/i;

/** A log that cannot be read for so long is given up. */
const patienceSeconds = 60;

/**
 * A sidecar's failure has no text: the leader reads it from the log of its pod, where the runner
 * has started that.
 */
export async function askForReason(
  { db, notifier, runner }: Deps<"db" | "notifier" | "runner">,
  failure: Unexplained,
): Promise<void> {
  if (!runner.startsContainers) return;
  await noteUnexplained(db.query, failure);
  notifier.notify(unexplainedChannel);
}

/** Returns how many failures were explained; the others are looked at again later. */
export async function explainFailures(
  ctx: Deps<"db" | "ledger" | "log" | "notifier" | "runner">,
): Promise<number> {
  let explained = 0;
  for (;;) {
    const failures = await unexplained(ctx.db.query, page);
    const before = explained;
    await forEachAtOnce(failures, logsAtOnce, async (failure) => {
      if (await explainOne(ctx, failure)) explained += 1;
    });
    if (failures.length < page || explained === before) return explained;
  }
}

async function explainOne(
  ctx: Deps<"ledger" | "log" | "notifier" | "runner">,
  failure: UnexplainedRow,
): Promise<boolean> {
  const { worker: pod, request } = failure;
  let words: string | undefined;
  let lost = "its pod is gone, and so is its log";
  try {
    words = await ctx.runner.lastWords(pod, logBytes, request);
  } catch (error) {
    ctx.log.warn({ err: error, pod }, "the log of a container of others was not read");
    if (failure.ageSeconds < patienceSeconds) return false;
    lost = "the log of its pod could not be read";
  }
  const { line, info } = wordsOf(pod, words, lost);
  const { fingerprint, groupMessage } = fingerprintOf(workerClass, line);
  const text = { pod, info, fingerprint, groupMessage, errorClass: workerClass };
  await explain(ctx.ledger.query, failure, text);
  ctx.notifier.notify(`request:${request}`);
  return true;
}

/** The pod, the line of its log that says what is wrong, and the log's end. */
export function wordsOf(
  pod: string,
  words: string | undefined,
  lost: string,
): { line: string; info: string } {
  const log = readableText(readableEnd(words ?? "", infoCharacters));
  if (log.trim() === "") {
    const line = `The worker reported a failure; ${lost}.`;
    return { line, info: `${pod}: ${line}` };
  }
  const lines = log.split("\n").filter((one) => one.trim() !== "");
  const line = lines.findLast((one) => errorLine.test(one)) ?? lines.at(-1) ?? "";
  return { line, info: `${pod}: ${line}\n${log}`.slice(0, infoCharacters) };
}
