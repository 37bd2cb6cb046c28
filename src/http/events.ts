import type { ServerResponse } from "node:http";
import type { Caller } from "../auth/caller.ts";
import type { Deps } from "../deps.ts";
import { RequestError, UnavailableError } from "../errors.ts";
import { readRequest } from "../requests/read/request.ts";
import type { Follower } from "../requests/read/request-watch.ts";
import { visibleState } from "../requests/read/visible-state.ts";
import { isFinal } from "../requests/state.ts";
import type { RequestView } from "../requests/views.ts";
import { pause } from "../time.ts";
import { mayOn } from "../users/policy.ts";

const leastGapMilliseconds = 500;
const heartbeatMilliseconds = 15_000;

/**
 * The id of an event is the visible state: a client that reconnects with it receives only what is
 * new. `again` says who the caller is before each event, and while there is none: a stream ends
 * with the credential that opened it, and with what its holder may see.
 */
export async function streamEvents(
  ctx: Deps<"db" | "requestWatch">,
  again: () => Promise<Caller>,
  first: RequestView,
  lastEventId: string,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "private, no-store",
    "x-accel-buffering": "no",
  });
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  const heartbeat = setInterval(() => {
    response.write(": still here\n\n");
    void mayStill(again, first).then((may) => {
      if (!may) gone.abort();
    });
  }, heartbeatMilliseconds);
  const follower = ctx.requestWatch.follow(first.id);
  try {
    let sent: RequestView | undefined;
    for (
      let view: RequestView | undefined = first;
      view && !gone.signal.aborted;
      view = await next(ctx, view, again, follower, gone.signal)
    ) {
      if (sent !== undefined || visibleState(view) !== lastEventId)
        sendChanges(response, sent, view);
      sent = view;
      if (isFinal(view.state)) break;
    }
  } finally {
    follower.off();
    clearInterval(heartbeat);
    response.end();
  }
}

/** What cannot be asked now is asked again later. */
async function mayStill(again: () => Promise<Caller>, view: RequestView): Promise<boolean> {
  try {
    return mayOn(await again(), "request.read", view);
  } catch (error) {
    return error instanceof UnavailableError;
  }
}

/** The state comes last: a client that stops at a final state has received the final counters. */
function sendChanges(
  response: ServerResponse,
  sent: RequestView | undefined,
  view: RequestView,
): void {
  if (sent && visibleState(sent) === visibleState(view)) return;
  const { state, round, reason, counters } = view;
  if (JSON.stringify(sent?.counters) !== JSON.stringify(counters))
    response.write(event("progress", view, counters));
  if (sent?.state !== state || sent.round !== round)
    response.write(event("state", view, { state, round, reason, counters }));
}

function event(name: string, view: RequestView, data: unknown): string {
  return `id: ${visibleState(view)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The request after the next change; undefined when there is nothing more to follow. */
async function next(
  ctx: Deps<"db">,
  last: RequestView,
  again: () => Promise<Caller>,
  follower: Follower,
  signal: AbortSignal,
): Promise<RequestView | undefined> {
  while (!signal.aborted) {
    await pause(leastGapMilliseconds, signal);
    await follower.changed(visibleState(last), signal);
    if (signal.aborted) return undefined;
    try {
      return await readRequest(ctx, last.id, await again());
    } catch (error) {
      if (error instanceof RequestError) return undefined;
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  return undefined;
}
