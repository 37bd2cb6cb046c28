import type { ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "../context.ts";
import { Refused, Unavailable } from "../errors.ts";
import { readRequest } from "../requests/progress.ts";
import type { RequestView } from "../requests/request.ts";
import { isFinal } from "../requests/state.ts";

const leastGapMilliseconds = 500;
/** The doorbell may lose a ring. */
const lookAgainSeconds = 2;
const heartbeatMilliseconds = 15_000;

/** Says what there is to say of a request in one word, so that a client that comes back with it hears only what is new. */
export function eventId({ round, state, counters: c }: RequestView): string {
  return [round, state, c.waiting, c.queued, c.running, c.done, c.failed, c.canceled].join(".");
}

export async function streamEvents(ctx: Context, first: RequestView, lastEventId: string, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" });
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMilliseconds);
  const bell = listen(ctx, first.id);
  try {
    let told: RequestView | undefined;
    for (let view: RequestView | undefined = first; view && !gone.signal.aborted; view = await next(ctx, first.id, bell, gone.signal)) {
      if (told !== undefined || eventId(view) !== lastEventId) tell(response, told, view);
      told = view;
      if (isFinal(view.state)) break;
    }
  } finally {
    bell.off();
    clearInterval(heartbeat);
    response.end();
  }
}

/** The state comes last: who stops listening at a final state has heard the final counters. */
function tell(response: ServerResponse, told: RequestView | undefined, view: RequestView): void {
  if (told && eventId(told) === eventId(view)) return;
  const { state, round, reason, counters } = view;
  if (JSON.stringify(told?.counters) !== JSON.stringify(counters)) response.write(event("progress", view, counters));
  if (told?.state !== state || told.round !== round) response.write(event("state", view, { state, round, reason, counters }));
}

function event(name: string, view: RequestView, data: unknown): string {
  return `id: ${eventId(view)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

interface Bell {
  rung: boolean;
  wake(): void;
  off(): void;
}

function listen(ctx: Context, id: string): Bell {
  const off = ctx.doorbell.on(`request:${id}`, () => {
    bell.rung = true;
    bell.wake();
  });
  const bell: Bell = { rung: false, wake: () => undefined, off };
  return bell;
}

/** The request as it is after the next ring; undefined when there is no more to follow. */
async function next(ctx: Context, id: string, bell: Bell, signal: AbortSignal): Promise<RequestView | undefined> {
  while (!signal.aborted) {
    await untilRung(bell, signal);
    try {
      return await readRequest(ctx, id);
    } catch (error) {
      if (error instanceof Refused) return undefined;
      if (!(error instanceof Unavailable)) throw error;
    }
  }
  return undefined;
}

async function untilRung(bell: Bell, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  await quietly(pause(leastGapMilliseconds, undefined, { signal }));
  bell.wake = () => stop.abort();
  if (!bell.rung) await quietly(pause(lookAgainSeconds * 1000, undefined, { signal: either }));
  bell.rung = false;
}

/** An aborted wait is a wait that is over. */
async function quietly(waiting: Promise<void>): Promise<void> {
  await waiting.catch((error: Error) => {
    if (error.name !== "AbortError") throw error;
  });
}
