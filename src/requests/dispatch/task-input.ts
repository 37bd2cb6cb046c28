import type { Caller } from "../../auth/caller.ts";
import { allowsWork } from "../../auth/work-scope.ts";
import type { Deps } from "../../deps.ts";
import { notFound, RequestError } from "../../errors.ts";
import { withoutBarred } from "../../inputs/barred.ts";
import { InputError, isOfDisk } from "../../inputs/input-error.ts";
import { type LocalFile, openLocalFile } from "../../inputs/local.ts";
import { onTapeAgain } from "../../inputs/stub.ts";
import { isOfService } from "../../operations/offered.ts";
import { assertMay } from "../../users/policy.ts";
import { isUuid } from "../../uuid.ts";
import { barredOfRequests } from "./barring.ts";
import { keyOf, replicasOf } from "./task.ts";
import { heldFile } from "./task-input-store.ts";

interface Wanted {
  worker: string;
  task: string;
  replica: number;
}

export interface TaskInput extends LocalFile {
  /** whether the worker still holds the task */
  isHeld(): Promise<boolean>;
}

/**
 * Opens a replica of a task, a file of the service's machine, for the worker that holds the task
 * and cannot read it there. The caller closes it. The ledger says which file it is, and the rules
 * for inputs hold.
 */
export async function openTaskInput(
  ctx: Deps<"barred" | "config" | "db" | "ledger" | "operations" | "stepOperations">,
  caller: Caller,
  { worker, task, replica }: Wanted,
): Promise<TaskInput> {
  assertMay(caller, "work");
  const key = keyOf(task);
  if (!key || !isUuid(key.request)) throw notFound("task", task);
  const [operation, before] = await ctx.stepOperations([key, { ...key, step: key.step - 1 }]);
  const held = () => heldFile(ctx.ledger.query, worker, key);
  const row = allowsWork(caller, { request: key.request, operation }) ? await held() : undefined;
  if (!row) throw notFound(`task that the worker ${JSON.stringify(worker)} holds,`, task);
  const location = replicasOf(row)[replica];
  if (location === undefined) throw notFound("replica of the task", `${task}/${replica}`);
  if (!isOfDisk(location))
    throw new RequestError(
      409,
      "not_a_local_file",
      "Only files of the service's machine are read here; this replica has an address of its own.",
    );
  const barred = (await barredOfRequests(ctx, [key.request])).get(key.request);
  if (barred?.dataset !== undefined) throw new RequestError(422, "input_forbidden", barred.dataset);
  const { inputFolders: folders, inputHosts: hosts } = ctx.config;
  const readable = withoutBarred({ folders, hosts }, barred);
  try {
    const file = await openLocalFile(location, readable.folders);
    if (file.isStub && isOfService(ctx.operations, before)) {
      await file.close();
      throw onTapeAgain(location);
    }
    return { ...file, isHeld: async () => (await held()) !== undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new RequestError(statusOf(error), `input_${error.class}`, error.message);
  }
}

/** 403: the service may not read it, which says nothing about the file. */
function statusOf(error: InputError): number {
  if (error.here) return 403;
  if (error.class === "unavailable") return 503;
  return error.class === "not_found" ? 404 : 422;
}
