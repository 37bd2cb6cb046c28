import type { TapeSystem } from "../tape/tape.ts";
import type { LimitsOf } from "./admit.ts";

/** What calls are answered with, besides the service's own. */
export interface Parts {
  system: TapeSystem;
  limitsOf: LimitsOf;
}
