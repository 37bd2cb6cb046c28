// What the service and a process that looks up a dataset tell each other.
import type { FoundFile, LookupOutcome } from "../contract.ts";
import type { FinderSettings } from "../finders/index.ts";

export type ToFinder =
  | { find: { scheme: string; name: string; settings: FinderSettings } }
  /** the files of the last message are recorded */
  | { more: true };

export type FromFinder =
  /** the next come after `more`: what is not recorded yet stays few */
  | { files: FoundFile[] }
  | { outcome: LookupOutcome }
  /** worth another try */
  | { error: string };
