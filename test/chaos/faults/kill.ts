import type { Stage } from "../stage.ts";
import type { Fault } from "./fault.ts";

/** kill -9 of so many: each kind of process once, then any. */
export function kills(stage: Stage, count: number): Fault[] {
  const { random } = stage;
  const victims = [service, worker, worker, postgres, ...(stage.rabbit ? [broker] : [])];
  return Array.from({ length: count }, (_, index) =>
    (victims[index] ?? random.pick(victims))(stage),
  );
}

function service({ services, random }: Stage): Fault {
  const index = random.between(0, services.urls.length);
  return {
    kind: "kill",
    what: `service ${index + 1}`,
    async strike() {
      await services.kill(index);
      await services.start(index);
    },
  };
}

function worker({ workers, random }: Stage): Fault {
  const index = random.between(0, 1000);
  return { kind: "kill", what: "a worker", strike: () => workers.kill(index) };
}

function postgres({ database }: Stage): Fault {
  return { kind: "kill", what: "postgres", strike: async () => database.kill() };
}

/** What it forgets are only hints, unless workers report by queue. */
function broker({ rabbit, random, reports }: Stage): Fault {
  const forgets = reports === "http" && random.chance(0.2);
  return {
    kind: "kill",
    what: forgets ? "rabbitmq, which then forgets everything" : "rabbitmq",
    async strike() {
      await rabbit?.kill();
      if (forgets) rabbit?.wipe();
      await rabbit?.start();
    },
  };
}
