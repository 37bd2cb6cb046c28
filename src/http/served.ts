// Which port answers a call, by what the call does.
import { type Listener, portSettings } from "../auth/listener.ts";
import { RequestError } from "../errors.ts";
import type { Action } from "../users/policy.ts";

/** All others are public. */
const apart: Partial<Record<Action, Listener>> = {
  work: "internal",
  tasks: "internal",
  "lookup.report": "internal",
  "report.plain": "internal",
  "service.measure": "ops",
};

/** `serves`: what a port is for. Each says whether it is alive. */
export function isServed(action: Action, serves: readonly Listener[]): boolean {
  return action === "service.health" || serves.includes(listenerOf(action));
}

/** For a caller at the wrong port. `home`: the one that answers. */
export function elsewhere(home: Listener, path: string): RequestError {
  const setting = portSettings[home];
  return new RequestError(
    404,
    "other_port",
    `${path} is answered at another port of this service alone (${setting}).`,
  );
}

export function listenerOf(action: Action): Listener {
  return apart[action] ?? "public";
}
