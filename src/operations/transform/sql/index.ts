import { stat } from "node:fs/promises";
import { UnavailableError } from "../../../errors.ts";
import type { Generator } from "../generator.ts";
import { makeQueryProcesses } from "./processes.ts";

const checkSeconds = 10;
const checkMegabytes = 256;
/** Node and DuckDB around what a query may take. */
const programMegabytes = 300;
const mostWaitingChecks = 100;

const checking = makeQueryProcesses({ most: 1, mostWaiting: mostWaitingChecks });
const running = makeQueryProcesses({ most: Number.POSITIVE_INFINITY, mostWaiting: 0 });

/** The built-in generator: DuckDB runs one SELECT of a stranger over the file, locked into a process of its own. */
export const sql: Generator = {
  async check(selection, input) {
    const question = {
      kind: "check" as const,
      sql: selection,
      threads: 1,
      memoryMegabytes: checkMegabytes,
      ...(input && { input }),
    };
    const bounds = { seconds: checkSeconds, residentMegabytes: checkMegabytes + programMegabytes };
    const { fault } = await checking.ask("checks", question, bounds);
    if (!fault) return undefined;
    if (fault.class === "busy")
      throw new UnavailableError("Too many queries are being checked; try again in a moment.");
    // A file that cannot be read fails by itself, later; the query is then looked at without it
    if (input && (fault.class === "bad_input" || fault.class === "unavailable"))
      return sql.check(selection);
    if (fault.class === "unavailable")
      throw new UnavailableError(`Queries cannot be checked now. ${fault.message}`);
    if (fault.class === "bad_query") return fault.message;
    return `The query could not be checked. ${fault.message}`;
  },

  async run({ owner, selection, input, output, limits, signal }) {
    const { fault } = await running.ask(
      owner,
      {
        kind: "run",
        sql: selection,
        input,
        output,
        threads: limits.threads,
        memoryMegabytes: limits.memoryMegabytes,
      },
      {
        seconds: limits.seconds,
        residentMegabytes: limits.memoryMegabytes + programMegabytes,
        output: { path: output.path, megabytes: limits.outputMegabytes },
        signal,
      },
    );
    if (fault) return fault;
    // What was written between two looks counts too
    const { size } = await stat(output.path);
    if (size <= limits.outputMegabytes * 1024 * 1024) return undefined;
    return {
      class: "too_large",
      message: `The result is larger than ${limits.outputMegabytes} MB.`,
    };
  },
};
