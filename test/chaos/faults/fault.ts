import { setTimeout as timer } from "node:timers/promises";
import type { FaultKind } from "../options.ts";
import type { Stage } from "../stage.ts";

export interface Fault {
  kind: FaultKind;
  /** what it hits, and how */
  what: string;
  /** Resolves once the fault is over. */
  strike(): Promise<void>;
  /** the work that it should meet */
  operation?: "transform";
}

/** A kind that cannot happen here, and why. */
export interface Skipped {
  kind: FaultKind;
  skipped: string;
}

/** Longer than a worker may be silent. */
export function longerThanLease({ leaseSeconds }: Stage): Promise<void> {
  return timer((leaseSeconds * 1.2 + 0.5) * 1000);
}

export function partOfLease({ leaseSeconds }: Stage): Promise<void> {
  return timer(leaseSeconds * 600);
}

/** Undoes what `begin` did, whatever happens in between. */
export async function between(
  begin: () => void | Promise<void>,
  hold: () => Promise<void>,
  end: () => void | Promise<void>,
): Promise<void> {
  try {
    await begin();
    await hold();
  } finally {
    await end();
  }
}
