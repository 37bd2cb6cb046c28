// The program of a process that performs one task after the other for a worker.
import { serveParent } from "../../confined/child.ts";
import { makeLog } from "../../log.ts";
import { allOperations } from "../../operations/index.ts";
import { isWorkerOperation, operationsNamed } from "../../operations/offered.ts";
import { type Performed, perform } from "../perform.ts";
import type { AloneTask } from "./index.ts";

const { send } = serveParent((asked: AloneTask) => {
  performTask(asked).then(
    (report) => send({ report }),
    (error: Error) => send({ error: error.message }),
  );
});

function performTask({ task, settings, logLevel }: AloneTask): Promise<Performed> {
  const [operation] = operationsNamed(allOperations.filter(isWorkerOperation), [task.operation]);
  if (!operation) throw new Error(`There is no operation ${task.operation}.`);
  const never = new AbortController().signal;
  return perform(operation, task, never, settings, makeLog({ logLevel }));
}
