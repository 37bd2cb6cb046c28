// A worker that behaves badly, as a process of its own so that it can be killed: it reports twice,
// in any order, late, and of old attempts.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { makeCaller } from "../callers.ts";
import { seeded } from "../random.ts";
import { makeJournal } from "./journal.ts";
import { makeMisreporter } from "./misreport.ts";
import { performAll } from "./perform.ts";
import type { Task, WorkerOrders } from "./reports.ts";
import { makeSender } from "./send.ts";

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const random = seeded(orders.seed);
// Half a lease: there is time to ask another service before it ends.
const caller = makeCaller(orders.urls, orders.leaseSeconds / 2);
const journal = makeJournal(orders.journal);
const misreport = makeMisreporter(random, orders.duplicates, journal);
const send = makeSender({ caller, journal, random, orders });

process.on("disconnect", () => process.exit(0));

const newClaim = () => ({ id: randomUUID(), repeated: false });
let nextClaim = newClaim();

for (;;) {
  const tasks = await claim().catch(async () => {
    await pause(100);
    return [];
  });
  if (!tasks.length) continue;
  await send(misreport(tasks, await performAll(caller, tasks, orders.name, random)));
}

/** Repeated with the same id until it is answered, by whichever service. */
async function claim(): Promise<Task[]> {
  const waitSeconds = 1;
  const { id, repeated } = nextClaim;
  nextClaim.repeated = true;
  const { tasks } = await caller.call<{ tasks: Task[] }>(
    "/v1/work/claim",
    {
      worker: orders.name,
      claim_id: id,
      repeated,
      operations: ["noop", "transform"],
      max: random.between(1, 101),
      wait_seconds: waitSeconds,
    },
    { extraSeconds: waitSeconds },
  );
  nextClaim = newClaim();
  journal.write("claimed", tasks);
  return tasks;
}
