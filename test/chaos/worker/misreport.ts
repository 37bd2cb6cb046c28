import type { Random } from "../random.ts";
import type { Journal } from "./journal.ts";
import { keyOf, type Report, type Task } from "./reports.ts";

const mostOld = 200;

/**
 * What a bad worker sends in place of the true reports, which are in the order of their tasks. It
 * claims a success that never was only where no result would be missing.
 */
export function makeMisreporter(
  random: Random,
  duplicates: number,
  journal: Journal,
): (tasks: readonly Task[], reports: readonly Report[]) => Report[] {
  /** reports of the past, sent again much later */
  const old: Report[] = [];

  return (tasks, reports) => {
    const dropped = reports.map(() => random.chance(0.005));
    journal.write("dropped", reports.filter((_report, index) => dropped[index]).map(keyOf));
    const sent = reports.flatMap((report, index) =>
      dropped[index] ? [] : misreport(report, !tasks[index]?.upload),
    );
    while (old.length > mostOld || (old.length && random.chance(0.3)))
      sent.push(...old.splice(0, 1));
    return random.shuffle(sent);
  };

  function misreport(report: Report, mayLie: boolean): Report[] {
    const key = keyOf(report);
    const success: Report = { ...key, status: "success" };
    if (random.chance(0.05)) old.push(report, ...(mayLie ? [success] : []));
    const start: Report[] = random.chance(0.3) ? [{ ...key, status: "start" }] : [];
    const again = random.chance(duplicates / 100) ? [report] : [];
    return [...start, report, ...again];
  }
}
