// What becomes of one file, by what the tape system says of it. Pure.
import type { FileOutcome } from "../../contract.ts";
import type { TapePlace } from "../backend.ts";
import type { FoundState } from "./file-states.ts";
import { busyCode, type RecallResult } from "./results.ts";

/** The last recall that had the file, as it stands. */
export type Recalled =
  | "never"
  /** this task's or another's */
  | "running"
  /** its process is gone, and nobody knows how far it came */
  | "lost"
  | "expired"
  | ({ exit: number } & RecallResult);

export type Decision =
  | { outcome: FileOutcome }
  /** from this library; empty: from any */
  | { recall: string }
  /** the tape system has it without us: to be recalled again only if that ends without it */
  | { busy: string }
  | { underWay: true }
  /** why, for whoever asks */
  | { wait: string };

/** A file without data is "saved": there is nothing to recall. */
const onDisk = ["R", "P", "resident", "premigrated", "saved"];
const onTape = ["M", "migrated"];

export function placeOf(state: string): TapePlace {
  if (onDisk.includes(state)) return "disk";
  if (onTape.includes(state)) return "tape";
  return state === "missing" ? "lost" : "unclear";
}

/** From where a file may be recalled. */
export interface Copies {
  /** that of the first copy first; empty: any */
  libraries: string[];
  /** those that could not bring it */
  failed: ReadonlySet<string>;
}

export function decide(
  path: string,
  found: FoundState,
  recalled: Recalled,
  copies: Copies,
): Decision {
  const shown = JSON.stringify(path);
  if (found === "missing") return failure("not_found", `There is no file ${shown}.`);
  if ("unknown" in found) return { wait: found.unknown };
  const { state } = found;
  const place = placeOf(state);
  if (place === "disk") return { outcome: { status: "success" } };
  if (place === "lost")
    return failure("lost_from_tape", `The tape system has lost the data of ${shown}.`);
  const isOffline = state === "offline";
  if (place === "unclear" && !isOffline)
    return { wait: `The state ${state} of a file is not known.` };
  if (recalled === "running") return { underWay: true };
  if (!isOffline) return ofTape(shown, path, recalled, copies);
  // The first copy is outside of its library; others may be there.
  const others = copies.libraries.slice(1);
  if (others.every((library) => copies.failed.has(library)))
    return { wait: "A tape is outside of its library (offline)." };
  return ofTape(shown, path, recalled, { ...copies, libraries: others });
}

function ofTape(
  shown: string,
  path: string,
  recalled: Exclude<Recalled, "running">,
  { libraries, failed }: Copies,
): Decision {
  const next = libraries.find((library) => !failed.has(library));
  const first = next ?? libraries[0] ?? "";
  if (recalled === "never" || recalled === "lost") return { recall: first };
  const code = recalled === "expired" ? undefined : recalled.failures.get(path);
  if (code === busyCode) return { busy: first };
  if (recalled !== "expired" && recalled.exit === 0)
    return retry("evicted", `${shown} was recalled, and migrated again before it was used.`);
  if (next !== undefined) return { recall: next };
  if (recalled === "expired")
    return retry("timeout", `The recall of ${shown} took longer than STAGE_RECALL_SECONDS.`);
  if (code !== undefined)
    return retry("recall_failed", `The recall of ${shown} failed with ${code}.`);
  return retry("recall_failed", `${shown} was not recalled: ${recalled.words}.`);
}

function failure(name: string, message: string): Decision {
  return { outcome: { status: "failure", error: { class: name, message } } };
}

function retry(name: string, message: string): Decision {
  return { outcome: { status: "retry", error: { class: name, message } } };
}
