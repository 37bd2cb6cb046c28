import type { Progress, RequestNow } from "../views.ts";
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
    terminal.write(`\r${line.slice(0, terminal.columns - 1)}${clearToEndOfLine}`);
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
const width = 30;

/** What failed or was canceled is no progress: a bar of `x` is not taken for a success. */
export function barLine({ state, counters }: Progress): string {
  const { total, done, failed, canceled, running } = counters;
  const settled = done + failed + canceled;
  const filled = (files: number) => Math.floor((width * files) / Math.max(total, 1));
  const bar = "=".repeat(filled(done)).padEnd(filled(settled), "x").padEnd(width, "-");
  return `${state} [${bar}] ${settled}/${total} files, ${failed} failed, ${running} running`;
}

/** One line whenever the state changes, and at each tenth of the files. */
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
