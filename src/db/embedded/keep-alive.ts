import { isRunning } from "../../live-process.ts";
import type { Logger } from "../../log.ts";
import type { Postmaster } from "./postmaster.ts";

const pollMilliseconds = 250;

/** Starts Postgres again when it dies. */
export function keepAlive(first: Postmaster, start: () => Promise<Postmaster>, log: Logger) {
  let postmaster = first;
  let restart: Promise<void> | undefined;
  const alive = () => restart === undefined && isRunning(postmaster.pid);
  const check = () => {
    if (restart !== undefined || isRunning(postmaster.pid)) return;
    log.warn({ postgres: postmaster.pid }, "the embedded Postgres has died; starting it again");
    restart = start()
      .then((next) => {
        postmaster = next;
        log.info({ postgres: next.pid }, "the embedded Postgres runs again");
      })
      // Child processes of a killed Postgres may hold its memory for a moment: the next check
      // tries again.
      .catch((error: unknown) =>
        log.warn(
          { reason: error instanceof Error ? error.message : error },
          "the embedded Postgres did not start; trying again",
        ),
      )
      .finally(() => {
        restart = undefined;
      });
  };
  const timer = setInterval(check, pollMilliseconds);
  timer.unref();
  const end = async () => {
    clearInterval(timer);
    await restart;
  };
  return { alive, end, pid: () => postmaster.pid };
}
