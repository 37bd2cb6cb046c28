import { isFinal } from "../../../requests/state.ts";
import type { Progress, RequestNow } from "../../views.ts";
import { consoleOptions } from "./console-options.ts";
import { localTime } from "./local-time.ts";
import { clean, say } from "./print.ts";

export type Waiting = NonNullable<RequestNow["waiting"]>;

export interface Display {
  show(progress: Progress): void;
  why(waiting: Waiting): void;
  note(line: string): void;
  close(): void;
}

/** A progress bar on a terminal, else lines. */
export function openDisplay(): Display {
  if (consoleOptions.quiet || !consoleOptions.progress) return silent;
  return process.stderr.isTTY ? openBar(process.stderr) : openLines();
}

const silent: Display = {
  show: () => undefined,
  why: () => undefined,
  note: say,
  close: () => undefined,
};

function openBar(terminal: NodeJS.WriteStream): Display {
  let progress: Progress | undefined;
  let why = "";
  const draw = () => {
    const line = progress ? `${barLine(progress)}${why}` : "submitted";
    redraw(terminal, line);
  };
  draw();
  return {
    show(now) {
      progress = now;
      draw();
    },
    why({ reason, sentence, eta }) {
      const end = eta ? `; ends about ${localTime(eta.p50).slice(11, 16)} (${eta.confidence})` : "";
      why = reason === "work" ? end : ` | ${clean(sentence)}${end}`;
      draw();
    },
    note(line) {
      terminal.write(`\r${clean(line)}${clearToEndOfLine}\n`);
      draw();
    },
    close: () => void terminal.write("\n"),
  };
}

const clearToEndOfLine = "\u001b[K";
export const barWidth = 30;

/** Writes over the line of the cursor. */
export function redraw(terminal: NodeJS.WriteStream, line: string): void {
  terminal.write(`\r${line.slice(0, terminal.columns - 1)}${clearToEndOfLine}`);
}

/** What failed or was canceled is no progress: a bar of `x` is not taken for a success. */
export function barLine({ state, counters }: Progress): string {
  const { total, done, failed, canceled, running } = counters;
  const settled = done + failed + canceled;
  const filled = (files: number) => Math.floor((barWidth * files) / Math.max(total, 1));
  const bar = "=".repeat(filled(done)).padEnd(filled(settled), "x").padEnd(barWidth, "-");
  return `${state} [${bar}] ${settled}/${total} files, ${failed} failed, ${running} running`;
}

/** A line at each change of state and each tenth of the files. `ending` says how it ended. */
function openLines(): Display {
  let last = "";
  let lastReason = "work";
  return {
    show({ state, counters: { total, done, failed, canceled } }) {
      if (isFinal(state)) return;
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
