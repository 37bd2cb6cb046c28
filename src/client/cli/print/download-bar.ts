import type { DownloadOptions } from "../../download.ts";
import { consoleOptions } from "./console-options.ts";
import { barWidth, redraw } from "./display.ts";

type DownloadBar = Required<Pick<DownloadOptions, "onBytes" | "onFile">> & { close(): void };

const redrawMilliseconds = 100;

/** On a terminal only: without one, the last line says it all. */
export function openDownloadBar(expected: number): DownloadBar {
  const terminal = process.stderr;
  const isShown = Boolean(terminal.isTTY) && consoleOptions.progress && !consoleOptions.quiet;
  let [files, bytes, drawnAt] = [0, 0, 0];
  const draw = (always: boolean) => {
    const now = performance.now();
    if (!isShown || (!always && now - drawnAt < redrawMilliseconds)) return;
    drawnAt = now;
    const line = downloadLine(files, Math.max(files, expected), bytes);
    redraw(terminal, line);
  };
  return {
    onFile() {
      files++;
      draw(false);
    },
    onBytes(more) {
      bytes += more;
      draw(false);
    },
    close() {
      if (bytes === 0 && files === 0) return;
      draw(true);
      if (isShown) terminal.write("\n");
    },
  };
}

export function downloadLine(files: number, expected: number, bytes: number): string {
  const bar = "="
    .repeat(Math.floor((barWidth * files) / Math.max(expected, 1)))
    .padEnd(barWidth, "-");
  return `downloading [${bar}] ${files}/${expected} results, ${(bytes / 1e6).toFixed(1)} MB`;
}
