import type { TapeBackend } from "./backend.ts";
import { eeadm } from "./eeadm/backend.ts";
import type { StageFacility } from "./settings.ts";
import { tapeRest } from "./tape-rest/backend.ts";

/** The tape system of the setting; throws a sentence where there is none. */
export function openBackend({ STAGE_BACKEND }: StageFacility): TapeBackend {
  if (STAGE_BACKEND === "eeadm") return eeadm;
  if (STAGE_BACKEND === "tape-rest") return tapeRest;
  throw new Error("STAGE_BACKEND is none here: set it to the tape system, such as eeadm.");
}
