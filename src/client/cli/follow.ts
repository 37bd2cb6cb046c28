import { setTimeout as pause } from "node:timers/promises";
import type { Longshore } from "../client.ts";
import type { RequestNow } from "../views.ts";
import { type Display, openDisplay } from "./display.ts";
import { exits } from "./exit-codes.ts";
import { ExitError } from "./exits.ts";
import { thisCommand } from "./this-command.ts";

/** Waits for the end of a request and shows its progress. Ctrl-C leaves the request running. */
export async function follow(client: Longshore, id: string): Promise<RequestNow> {
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  process.once("SIGINT", onInterrupt);
  const display = openDisplay();
  const over = new AbortController();
  void showWaiting(client, id, display, over.signal);
  try {
    return await client.wait(id, {
      signal: detach.signal,
      onProgress: display.show,
      onSilence: (reason) => display.note(`The service does not answer (${reason}). Waiting.`),
    });
  } catch (error) {
    if (!detach.signal.aborted) throw error;
    throw new ExitError(
      exits.detached,
      `Detached; the request continues. To follow it again: ${thisCommand()} watch ${id}`,
    );
  } finally {
    process.off("SIGINT", onInterrupt);
    over.abort();
    display.close();
  }
}

const everySeconds = 3;

/** Shows what the request waits for. If the service does not answer, the wait itself reports it. */
async function showWaiting(
  client: Longshore,
  id: string,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  const elapsed = () => pause(everySeconds * 1000, true, { signal, ref: false }).catch(() => false);
  while (await elapsed()) {
    const now = await client.get(id).catch(() => undefined);
    if (now?.waiting && !signal.aborted) display.why(now.waiting);
  }
}
