// What `eeadm` says of each file of a recall that has ended.
import type { StageFacility } from "../settings.ts";
import { callEeadm, firstLine } from "./call.ts";
import { type Recall, wordsOf } from "./journal.ts";

export interface RecallResult {
  /** failure codes by path, such as GLESL401E */
  failures: Map<string, string>;
  /** what it wrote, for files that it does not name */
  words: string;
}

/** The file is part of another running task: it comes without us. */
export const busyCode = "GLESM431E";

const row = /^(Success|Fail)\s+(\S+)\s/;
const beforePath = " -- ";

/** Failure codes by path, of the table of `eeadm task show -r`. */
export function parseResults(table: string): Map<string, string> {
  const failures = new Map<string, string>();
  for (const text of table.split("\n")) {
    const [, result, code] = row.exec(text) ?? [];
    const at = text.indexOf(beforePath);
    if (result === "Fail" && code !== undefined && at > 0)
      failures.set(text.slice(at + beforePath.length), code);
  }
  return failures;
}

/** The number of the tape system's own task, if the recall has named it. */
export async function taskNumberOf(recall: Recall): Promise<string | undefined> {
  const { output, errors } = await wordsOf(recall);
  return /task ID is (\d+)/.exec(`${output}\n${errors}`)?.[1];
}

/**
 * Throws if the tape system cannot be asked. It may have forgotten the task: what it says of each
 * file now decides then, and the files do not wait for ever.
 */
export async function resultsOf(
  facility: StageFacility,
  recall: Recall,
  exit: number,
  signal?: AbortSignal,
): Promise<RecallResult> {
  const said = firstLine({ exit, ...(await wordsOf(recall)) });
  const words = `\`eeadm recall\` ended with ${exit} (${said})`;
  const number = exit === 0 ? undefined : await taskNumberOf(recall);
  if (number === undefined) return { failures: new Map(), words };
  const shown = await callEeadm(facility, ["task", "show", "-r", number], signal);
  if (shown.exit !== 0)
    return {
      failures: new Map(),
      words: `${words}; \`eeadm task show\` ended with ${shown.exit} (${firstLine(shown)})`,
    };
  return { failures: parseResults(shown.output), words };
}
