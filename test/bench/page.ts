// doc/performance.md: the table, the machine, and how to repeat it.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import type { Measured } from "./row.ts";

export interface Run {
  command: string;
  scale: number;
  /** one minute's load average before the first row */
  load: number;
  postgres: string;
  rows: Measured[];
}

export function performancePage({ command, scale, load, postgres, rows }: Run): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? "unknown"}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${postgres}`;
  const lines = rows.map(({ what, must, value, unit, passed, ratio, note }) => {
    const verdict = passed === undefined ? "" : passed ? "reached" : "**missed**";
    const cells = [
      what,
      must,
      `${shown(value)} ${unit}`,
      ratio === undefined || Number.isNaN(ratio) ? "" : `${(ratio * 100).toFixed(0)} %`,
      verdict,
      note ?? "",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Performance

Written by \`npm run bench\`; the load generator runs on the same machine. Tables begin without statistics.

- machine: ${machine}
- commit: ${execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim()}
- command: \`${command}\`${scale === 1 ? "" : ` (files scaled by ${scale})`}
- load average before and after: ${load.toFixed(1)}, ${loadavg()[0]?.toFixed(1)}

| what | must | measured | of bare Postgres | | raw |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
}
