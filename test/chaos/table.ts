import type { ChaosReport } from "./run.ts";

/** The report as lines of a name and a value. */
export function tableOf(report: ChaosReport): string {
  const { lostTries, faults, states, raceCalls } = report;
  const rows: [string, string | number][] = [
    ["seconds", report.seconds.toFixed(0)],
    ["faults", pairs(faults)],
    ["skipped", report.skipped.join("; ") || "none"],
    ["requests", `${report.requests} (${pairs(states)})`],
    ["files", report.files],
    ["redrives", report.redrives],
    ["cancels", report.cancels],
    ["races", report.races ? `${report.races} (${pairs(raceCalls)})` : "none"],
    ["acknowledged", report.acknowledged],
    ["confirmed", report.confirmed],
    ["tries lost", ""],
    ["  by faults", lostTries.otherFault],
    ["  unanswered", lostTries.claimUnanswered],
    ["  dead worker", lostTries.workerAway],
    ["  no report", lostTries.workerSilent],
    ["lost reports", list(report.lost)],
    ["violations", list(report.violations)],
    ["left behind", list(report.left)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(14)} ${value}\n`).join("");
}

export function isClean({ violations, lost, left }: ChaosReport): boolean {
  return violations.length === 0 && lost.length === 0 && left.length === 0;
}

function pairs(counts: Record<string, number>): string {
  const names = Object.keys(counts).sort();
  return names.map((name) => `${name} ${counts[name]}`).join(", ") || "none";
}

function list(lines: readonly string[]): string {
  return lines.length ? `${lines.length}${lines.map((line) => `\n  ${line}`).join("")}` : "none";
}
