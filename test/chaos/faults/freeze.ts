import { leadingService } from "../leader.ts";
import { freeze, thaw } from "../processes.ts";
import type { Stage } from "../stage.ts";
import { between, type Fault, longerThanLease } from "./fault.ts";

/** SIGSTOP of each process for longer than a lease. */
export function freezes(stage: Stage): Fault[] {
  const { services, database, workers, rabbit, random } = stage;
  const frozen = (what: string, stop: () => void | Promise<void>, go: () => void): Fault => ({
    kind: "freeze",
    what,
    strike: () => between(stop, () => longerThanLease(stage), go),
  });
  const several = services.urls.length > 1;
  const index = random.between(0, services.urls.length);
  let leader = 0;
  return [
    frozen(
      several ? "the service that leads" : "the service",
      async () => {
        leader = await leadingService(stage);
        freeze(services.pid(leader));
      },
      () => thaw(services.pid(leader)),
    ),
    ...(several
      ? [
          frozen(
            `service ${index + 1}`,
            () => freeze(services.pid(index)),
            () => thaw(services.pid(index)),
          ),
        ]
      : []),
    frozen(
      "a worker",
      () => workers.freeze(index),
      () => workers.thaw(index),
    ),
    frozen("postgres", database.freeze, database.thaw),
    ...(rabbit ? [frozen("rabbitmq", rabbit.freeze, rabbit.thaw)] : []),
  ];
}
