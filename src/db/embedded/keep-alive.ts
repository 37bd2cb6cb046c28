import { isRunning, sendSignal, startTimeOf, stillRuns } from "../../live-process.ts";
import type { Logger } from "../../log.ts";
import { pause } from "../../time.ts";
import type { Postmaster } from "./postmaster.ts";

const pollMilliseconds = 250;
const longestQuitSeconds = 5;

/** Starts Postgres again when it dies. */
export function keepAlive(first: Postmaster, start: () => Promise<Postmaster>, log: Logger) {
  let postmaster = first;
  let startedAt = startTimeOf(first.pid);
  let restart: Promise<void> | undefined;
  const alive = () => restart === undefined && isRunning(postmaster.pid);
  const check = () => {
    if (restart !== undefined || isRunning(postmaster.pid)) return;
    log.warn({ postgres: postmaster.pid }, "the embedded Postgres has died; starting it again");
    restart = start()
      .then((next) => {
        postmaster = next;
        startedAt = startTimeOf(next.pid);
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
  // Its folder may be gone, by which it is found and stopped in order. It has nothing to save then.
  const quit = async () => {
    const { pid } = postmaster;
    const deadline = performance.now() + longestQuitSeconds * 1_000;
    while (startedAt !== undefined && stillRuns(pid, startedAt)) {
      sendSignal(pid, performance.now() < deadline ? "SIGQUIT" : "SIGKILL");
      await pause(50);
    }
  };
  return { alive, end, quit, pid: () => postmaster.pid };
}
