import { finderQueue, plainFinderQueue } from "../queue/celery.ts";
import type { QueueLook } from "../queue/celery-broker.ts";
import type { SilentLookup } from "./ask-store.ts";

export interface SchemeLook {
  celery: QueueLook | undefined;
  plain: QueueLook | undefined;
}

/** A listing may take long, and finders work one by one. */
export const silentSeconds = 600;
/** A finder that starts again has a moment to come back. */
export const settleSeconds = 10;

/**
 * The queue of the finder that is there: those of 2022 and of later read different ones. Where none
 * is, the durable one, in which the question waits.
 */
export function queueOf(scheme: string, { celery, plain }: SchemeLook): string {
  const isPlain = plain !== undefined && plain.consumers > 0 && (celery?.consumers ?? 0) === 0;
  return isPlain ? plainFinderQueue(scheme) : finderQueue(scheme);
}

/**
 * Which of a scheme's open lookups must be asked for again. Finders take a question before they
 * work on it, so that it is gone when one dies:
 * - nobody reads the queue, and it holds fewer questions than are open;
 * - the queue is empty, and the finder has been silent for long;
 * - another generation of the finder has come, which reads the other queue.
 */
export function lostQuestions(
  scheme: string,
  lookups: readonly SilentLookup[],
  look: SchemeLook,
): SilentLookup[] {
  const now = queueOf(scheme, look);
  const read = now === finderQueue(scheme) ? look.celery : look.plain;
  const { ready = 0, consumers = 0 } = read ?? {};
  const here = lookups.filter(({ queue }) => queue === now);
  const elsewhere = consumers > 0 ? lookups.filter(({ queue }) => queue !== now) : [];
  if (consumers === 0) return ready < here.length ? here : [];
  if (ready > 0) return elsewhere;
  const silent = here.filter(
    (one) => one.askedSeconds >= silentSeconds && one.silentSeconds >= silentSeconds,
  );
  return [...elsewhere, ...silent];
}
