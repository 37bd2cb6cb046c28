// A worker gives back a file that it cannot process, which costs no try. So that this does not go
// on without end, a file that was given back too often is withheld: it waits, and goes only to
// workers that have not given it back. One that a worker may not read is withheld at once, since
// the worker would give it back again. A full disk or store is different: it is over for every file
// and worker at once, and these files wait for nothing else.
import { noAccessClass, notStartedClass, storageClasses } from "../operations/contract.ts";
import { waitSql } from "./retry-policy.ts";
import { historySql, sqlList } from "./state.ts";

/** The file is withheld once it was given back this often. */
export const mostGiveBacks = 3;
/** It is also withheld when it is given back this long after the first time. */
export const giveBackMinutes = 10;

/** Whoever claims under a new name each time must not make the row grow without end. */
const mostNames = 200;

const times = "coalesce(cardinality(f.given_back_by), 0)";

/**
 * Columns of a file `f`: set when a report (an alias with `status`, `class`, `file_attempt` and
 * `tries`) says that `worker` gives it back, cleared when it is settled or goes to another step.
 * `not_before` is for a file that is given back alone.
 */
export function givenBackSql({ worker, report, isOver }: Record<GivenBackPart, string>) {
  const isStorageProblem = `${report}.class IN (${sqlList(storageClasses)})`;
  const isGivenBack = `${report}.status = ${historySql.given_back}
      AND NOT ${isStorageProblem} AND ${report}.class <> '${notStartedClass}'`;
  const column = (name: GivenBackColumn, value: string) =>
    `CASE WHEN ${isGivenBack} THEN ${value}
      WHEN ${isOver} THEN ${notGivenBack[name]} ELSE f.${name} END`;
  return {
    given_back_by: column(
      "given_back_by",
      `(f.given_back_by || ${worker})[${times} - ${mostNames - 2}:]`,
    ),
    given_back_at: column("given_back_at", "coalesce(f.given_back_at, now())"),
    withheld: column(
      "withheld",
      `f.withheld OR ${report}.class = '${noAccessClass}' OR ${times} + 1 >= ${mostGiveBacks}
        OR (f.given_back_at < now() - interval '${giveBackMinutes} minutes') IS TRUE`,
    ),
    not_before: `now() + make_interval(secs => CASE WHEN ${isStorageProblem}
        THEN ${storageWait(report)} ELSE ${waitSql("1", times)} END)`,
  };
}

const longestStorageWait = 30;

/** Seconds. Its attempts without a try show how often a file was given back so. */
function storageWait(report: string): string {
  const times = `greatest(${report}.file_attempt - ${report}.tries, 1)`;
  return `least(power(2, least(${times}, 10)), ${longestStorageWait})`;
}

type GivenBackPart = "worker" | "report" | "isOver";
type GivenBackColumn = "given_back_by" | "given_back_at" | "withheld";

/** The columns of a file that is settled, goes to another step or is tried from the beginning. */
export const notGivenBack = {
  given_back_by: "NULL",
  given_back_at: "NULL",
  withheld: "false",
} as const satisfies Record<GivenBackColumn, string>;

/** Condition over a file's row: it is withheld from this worker. */
export function isWithheldFrom(file: string, worker: string): string {
  return `(${file}.withheld AND ${worker} = ANY(${file}.given_back_by)) IS TRUE`;
}

/** As `UPDATE … SET` takes them. */
export function assignments(columns: Record<string, string>): string {
  return Object.entries(columns)
    .map(([column, value]) => `${column} = ${value}`)
    .join(", ");
}
