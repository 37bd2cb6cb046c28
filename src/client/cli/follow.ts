import { setTimeout as pause } from "node:timers/promises";
import type { LongshoreClient, Progress, RequestNow, RequestView } from "../client.ts";
import { ExitError, exits } from "./exits.ts";
import { clean, say } from "./print.ts";

/** Waits for the end of a request with a progress bar; Ctrl-C leaves it going and says how to come back. */
export async function follow(client: LongshoreClient, id: string): Promise<RequestView> {
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  process.once("SIGINT", onInterrupt);
  const display = await openDisplay();
  const over = new AbortController();
  void tellWhy(client, id, display, over.signal);
  try {
    return await client.wait(id, {
      signal: detach.signal,
      onProgress: display.show,
      onSilence: (reason) =>
        display.note(`The service does not answer (${reason}); waiting for it.`),
    });
  } catch (error) {
    if (!detach.signal.aborted) throw error;
    display.close();
    throw new ExitError(
      exits.detached,
      `Detached; the request goes on. Come back with: longshore watch ${id}`,
    );
  } finally {
    process.off("SIGINT", onInterrupt);
    over.abort();
    display.close();
  }
}

const whySeconds = 3;

/** What it waits for, asked every few seconds; where the service falls silent the wait itself says so. */
async function tellWhy(
  client: LongshoreClient,
  id: string,
  display: Display,
  signal: AbortSignal,
): Promise<void> {
  const asked = () => client.get(id).catch(() => undefined);
  const waited = () => pause(whySeconds * 1000, true, { signal, ref: false }).catch(() => false);
  while (await waited()) {
    const now = await asked();
    if (now?.waiting && !signal.aborted) display.why(now.waiting);
  }
}

type Why = NonNullable<RequestNow["waiting"]>;

interface Display {
  show(progress: Progress): void;
  why(waiting: Why): void;
  note(line: string): void;
  close(): void;
}

async function openDisplay(): Promise<Display> {
  return process.stderr.isTTY ? openBar() : openLines();
}

async function openBar(): Promise<Display> {
  const { default: progress } = await import("cli-progress");
  const format = "{state} [{bar}] {value}/{total} files, {failed} failed, {running} running{why}";
  const bar = new progress.SingleBar(
    { format, stream: process.stderr, hideCursor: true, barsize: 30, etaBuffer: 50 },
    progress.Presets.legacy,
  );
  bar.start(1, 0, { state: "submitted", failed: 0, running: 0, why: "" });
  return {
    show({ state, counters: { total, done, failed, canceled, running } }) {
      bar.setTotal(Math.max(total, 1));
      bar.update(done + failed + canceled, { state, failed, running });
    },
    why({ reason, sentence, eta }) {
      const end = eta ? `; ends about ${eta.p50.slice(11, 16)} UTC (${eta.confidence})` : "";
      bar.update({ why: reason === "work" ? end : ` | ${clean(sentence)}${end}` });
    },
    note: (line) => process.stderr.write(`\n${line}\n`),
    close: () => bar.stop(),
  };
}

/** Where standard error is no terminal: a line whenever the state changes, and at each tenth of the files. */
function openLines(): Display {
  let last = "";
  let lastReason = "work";
  return {
    show({ state, counters: { total, done, failed, canceled } }) {
      const settled = done + failed + canceled;
      const now = `${state} ${total === 0 ? 0 : Math.floor((10 * settled) / total)}`;
      if (now !== last) say(`${state}: ${settled} of ${total} files, ${failed} failed`);
      last = now;
    },
    why({ reason, sentence }) {
      if (reason !== lastReason && reason !== "work") say(clean(sentence));
      lastReason = reason;
    },
    note: say,
    close: () => undefined,
  };
}
