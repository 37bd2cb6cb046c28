import { pause } from "../../time.ts";
import type { Longshore } from "../client.ts";
import { isOfService } from "../errors.ts";
import type { RequestNow } from "../views.ts";
import { exits } from "./exit-codes.ts";
import { ExitError } from "./exits.ts";
import { thisCommand } from "./help/this-command.ts";
import { type Display, openDisplay } from "./print/display.ts";

/** Waits for the end of a request and shows its progress. Ctrl-C leaves the request running. */
export async function follow(client: Longshore, id: string): Promise<RequestNow> {
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(detached(id));
  process.once("SIGINT", onInterrupt);
  const display = openDisplay();
  const ended = new AbortController();
  const { signal } = stop;
  showWaiting(client, id, display, ended.signal).catch((error) => stop.abort(error));
  try {
    return await client.wait(id, {
      signal,
      onProgress: display.show,
      onSilence: (reason) => display.note(`The service does not answer (${reason}). Waiting.`),
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    process.off("SIGINT", onInterrupt);
    ended.abort();
    display.close();
  }
}

function detached(id: string): ExitError {
  return new ExitError(
    exits.detached,
    `Detached; the request continues. To follow it again: ${thisCommand()} watch ${id}`,
  );
}

const everySeconds = 3;

/** Shows what the request waits for. If the service does not answer, the wait itself reports it. */
async function showWaiting(
  client: Longshore,
  id: string,
  display: Display,
  ended: AbortSignal,
): Promise<void> {
  for (;;) {
    await pause(everySeconds * 1000, ended);
    if (ended.aborted) return;
    try {
      const { waiting } = await client.get(id);
      if (waiting && !ended.aborted) display.why(waiting);
    } catch (error) {
      if (!isOfService(error)) throw error;
    }
  }
}
