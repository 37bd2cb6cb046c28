import type { Deps } from "../../deps.ts";
import { type PlaceInLine, placeInLine } from "../../shares/slots.ts";
import type { RequestView } from "../views.ts";

/** Where an open request stands among those whose files are ready for a worker. */
export interface Place {
  /** users whose files go before its own */
  users_before: number;
  /** other requests of its owner that go first */
  requests_before: number;
}

export interface Standing {
  place: Place;
  /** for a person: the limit that keeps its files waiting; undefined if there is none */
  limit: string | undefined;
}

/** Undefined when none of its files is ready. */
export async function standingOf(
  { db }: Deps<"db">,
  view: RequestView,
): Promise<Standing | undefined> {
  const step = view.steps.find(({ queued }) => queued > 0);
  const found = step && (await placeInLine(db.query, view.id, step.step));
  if (!found) return undefined;
  return {
    place: { users_before: found.usersBefore, requests_before: found.requestsBefore },
    limit: limitOf(view.workers, step.operation, found),
  };
}

function limitOf(
  workers: number | null,
  operation: string,
  { holders, running, slots, slotsPerUser, userRunning }: PlaceInLine,
): string | undefined {
  if (slotsPerUser !== null && userRunning >= slotsPerUser)
    return `${userRunning} running of your limit of ${slotsPerUser} for ${operation}`;
  if (slots !== null && running >= slots)
    return `${running} running of the limit of ${slots} for ${operation} of all users`;
  if (workers !== null && holders !== null && holders >= workers)
    return `${holders} workers hold its files, and it allows ${workers}`;
  return undefined;
}

/** A sentence about who goes first; empty when this request is next. */
export function sentenceOf({ users_before: users, requests_before: requests }: Place): string {
  const before = [
    ...(users ? [users === 1 ? "1 user" : `${users} users`] : []),
    ...(requests ? [requests === 1 ? "1 request of yours" : `${requests} requests of yours`] : []),
  ];
  if (!before.length) return "";
  return ` Before it: ${before.join(" and ")}.`;
}
