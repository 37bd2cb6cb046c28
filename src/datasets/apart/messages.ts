// What the service and a process that looks up a dataset tell each other.
import type { FirstOutcome, FoundFile } from "../contract.ts";
import type { FinderSettings } from "../finders/index.ts";

export type ToFinder =
  | { find: ToFind }
  /** the files of the last message are recorded */
  | { more: true };

export interface ToFind {
  scheme: string;
  name: string;
  settings: FinderSettings;
  /** the first file alone */
  first: boolean;
}

export type FromFinder =
  /** the next come after `more`: what is not recorded yet stays few */
  | { files: FoundFile[] }
  | { outcome: FirstOutcome }
  /** worth another try */
  | { error: string };
