import type { ChaosOptions, FaultKind } from "../options.ts";
import type { Stage } from "../stage.ts";
import { alarms } from "./alarm.ts";
import { halfOpen, outage, readOnlyDatabase } from "./database.ts";
import type { Fault, Skipped } from "./fault.ts";
import { freezes } from "./freeze.ts";
import { kills } from "./kill.ts";
import { serviceFaults } from "./services.ts";
import { diskFull, readOnlyStore } from "./store.ts";

export interface Plan {
  faults: Fault[];
  skipped: Skipped[];
}

/** The faults of a run in a random order. Races are none of them: they go on all the time. */
export function planFaults(stage: Stage, { faults, kills: count }: ChaosOptions): Plan {
  const makers: Record<FaultKind, () => (Fault | Skipped)[]> = {
    kill: () => kills(stage, count),
    freeze: () => freezes(stage),
    "disk-full": () => diskFull(stage),
    "read-only-store": () => readOnlyStore(stage),
    "read-only-database": () => readOnlyDatabase(stage),
    "half-open": () => halfOpen(stage),
    outage: () => outage(stage),
    services: () => serviceFaults(stage),
    races: () => [],
    "rabbitmq-alarm": () => alarms(stage),
  };
  const all = faults.flatMap((kind) => makers[kind]());
  return {
    faults: stage.random.shuffle(all.filter((fault) => "strike" in fault)),
    skipped: all.filter((fault) => "skipped" in fault),
  };
}
