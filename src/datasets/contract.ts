// A finder turns a name into a list of files. It may return the list at once, stream it for an
// hour, or (a finder outside of this service) call back later.

import type { BarredInputs } from "../inputs/barred.ts";

export interface FoundFile {
  /** replicas in order of preference; a list, since paths may contain commas */
  paths: string[];
  /** bytes */
  size?: number;
  events?: number;
  checksum?: string;
}

export type LookupOutcome =
  /**
   * `incomplete`: why files may be missing; `nothing`: why there are none; `leftOut`: what was left
   * out of a list that is complete without it
   */
  | { outcome: "found"; incomplete?: string; nothing?: string; leftOut?: string }
  | { outcome: "does_not_exist" | "bad_name" | "internal_failure"; reason: string }
  /** The files come by the calls of servicex.md 3.1 and 3.2. */
  | { outcome: "elsewhere" };

/** `note`: why it may be another than the first that `find` gives */
export type FirstOutcome = { outcome: "first"; file: FoundFile; note?: string } | LookupOutcome;

export interface Finder {
  /** the scheme in front of `://`; `user` for a list in the request */
  readonly scheme: string;
  /**
   * What it lists may change at any time: each request looks it up again and shares at most a
   * lookup that is already running.
   */
  readonly fleeting?: boolean;
  /** A sentence if the name is invalid (refused at submit), otherwise undefined. */
  refuse(name: string): string | undefined;
  /** A sentence if a lookup would fail now, as far as that is quickly known; refused at submit. */
  check?(name: string): Promise<string | undefined>;
  /**
   * Emits the files in chunks. After a crash it may be called again for the same name and then
   * emits all of them again.
   */
  find(
    name: string,
    give: (files: FoundFile[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LookupOutcome>;
  /** The same finder for a person who may not read this; absent where it reads nothing itself. */
  without?(barred: BarredInputs): Finder;
  /** The first file alone, after a look that is short however many there are. */
  findFirst?(name: string, signal: AbortSignal): Promise<FirstOutcome>;
}
