import type { Deps } from "../deps.ts";

/**
 * Tells a finder of others that nobody waits for its answer. Where it does not hear that, its calls
 * come, and change nothing: the lookup has ended.
 */
export async function callOff(
  { finderQueues, log }: Deps<"finderQueues" | "log">,
  task: string | null,
): Promise<void> {
  if (!finderQueues || task === null) return;
  await finderQueues
    .callOff(task)
    .catch((error: Error) => log.info({ err: error, task }, "a finder was not told to stop"));
}
