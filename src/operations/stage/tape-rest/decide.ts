// What becomes of one file, by what a Tape REST server says of it. Pure.
import type { FileOutcome } from "../../contract.ts";
import type { TapeAnswer } from "../backend.ts";
import type { StagedFile } from "./words.ts";

/** Undefined: it is under way. */
export function outcomeOf(path: string, file: StagedFile | undefined): FileOutcome | undefined {
  const shown = JSON.stringify(path);
  if (file === undefined) return undefined;
  if (file.error) {
    const words = file.error.slice(0, 500).replace(/\.$/, "");
    return retry(`The recall of ${shown} failed: ${words}.`);
  }
  if (file.onDisk === true) return { status: "success" };
  switch (file.state) {
    case "COMPLETED":
      return { status: "success" };
    case "FAILED":
      return retry(`The recall of ${shown} failed, and the tape system gives no reason.`);
    case "CANCELLED":
    case "CANCELED":
      return retry(`The recall of ${shown} was canceled at the tape system.`);
    default:
      return undefined;
  }
}

function retry(message: string): FileOutcome {
  return { status: "retry", error: { class: "recall_failed", message } };
}

interface Info {
  locality?: string | null | undefined;
  error?: string | null | undefined;
}

export function answerOf({ locality, error }: Info): TapeAnswer {
  if (error) {
    const isMissing = /no such|not found|not exist|unknown file|ENOENT/i.test(error);
    return isMissing ? { is: "missing" } : { is: "silent", why: error.slice(0, 300) };
  }
  switch (locality) {
    case "DISK":
    case "NONE":
      return { is: "disk", state: "R", replicas: 0, tapes: [] };
    case "DISK_AND_TAPE":
      return { is: "disk", state: "P", replicas: 1, tapes: [] };
    case "TAPE":
      return { is: "tape", state: "M", replicas: 1, tapes: [] };
    case "LOST":
      return { is: "lost", state: "missing", replicas: 0, tapes: [] };
    case "UNAVAILABLE":
      return { is: "unclear", state: "offline", replicas: 1, tapes: [] };
    default:
      return { is: "unclear", state: locality ?? "unknown", replicas: 0, tapes: [] };
  }
}
