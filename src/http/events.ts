import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { RequestError, UnavailableError } from "../errors.ts";
import { readRequest } from "../requests/read/request.ts";
import { isFinal } from "../requests/state.ts";
import type { RequestView } from "../requests/views.ts";

const leastGapMilliseconds = 500;
/** Notifications may be lost. */
const pollSeconds = 2;
const heartbeatMilliseconds = 15_000;

/**
 * Fingerprint of a request's visible state: a client that reconnects with it receives only what is
 * new.
 */
export function eventId({ round, state, counters: c }: RequestView): string {
  return [round, state, c.waiting, c.queued, c.running, c.done, c.failed, c.canceled].join(".");
}

export async function streamEvents(
  ctx: Deps<"db" | "notifier">,
  caller: Caller,
  first: RequestView,
  lastEventId: string,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMilliseconds);
  const subscription = subscribe(ctx, first.id);
  try {
    let sent: RequestView | undefined;
    for (
      let view: RequestView | undefined = first;
      view && !gone.signal.aborted;
      view = await next(ctx, first.id, caller, subscription, gone.signal)
    ) {
      if (sent !== undefined || eventId(view) !== lastEventId) sendChanges(response, sent, view);
      sent = view;
      if (isFinal(view.state)) break;
    }
  } finally {
    subscription.off();
    clearInterval(heartbeat);
    response.end();
  }
}

/** The state comes last: a client that stops at a final state has received the final counters. */
function sendChanges(
  response: ServerResponse,
  sent: RequestView | undefined,
  view: RequestView,
): void {
  if (sent && eventId(sent) === eventId(view)) return;
  const { state, round, reason, counters } = view;
  if (JSON.stringify(sent?.counters) !== JSON.stringify(counters))
    response.write(event("progress", view, counters));
  if (sent?.state !== state || sent.round !== round)
    response.write(event("state", view, { state, round, reason, counters }));
}

function event(name: string, view: RequestView, data: unknown): string {
  return `id: ${eventId(view)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

interface Subscription {
  notified: boolean;
  wake(): void;
  off(): void;
}

function subscribe(ctx: Deps<"notifier">, id: string): Subscription {
  const off = ctx.notifier.on(`request:${id}`, () => {
    subscription.notified = true;
    subscription.wake();
  });
  const subscription: Subscription = { notified: false, wake: () => undefined, off };
  return subscription;
}

/** The request after the next notification; undefined when there is nothing more to follow. */
async function next(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  subscription: Subscription,
  signal: AbortSignal,
): Promise<RequestView | undefined> {
  while (!signal.aborted) {
    await untilNotified(subscription, signal);
    try {
      return await readRequest(ctx, id, caller);
    } catch (error) {
      if (error instanceof RequestError) return undefined;
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  return undefined;
}

async function untilNotified(subscription: Subscription, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  await ignoreAbort(pause(leastGapMilliseconds, undefined, { signal }));
  subscription.wake = () => stop.abort();
  if (!subscription.notified)
    await ignoreAbort(pause(pollSeconds * 1000, undefined, { signal: either }));
  subscription.notified = false;
}

/** An aborted wait has ended like any other. */
async function ignoreAbort(waiting: Promise<void>): Promise<void> {
  await waiting.catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}
