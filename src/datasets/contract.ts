// A finder turns a name into a list of files. It may answer at once, stream for an hour, or call
// back later (a finder of others).

export interface FoundFile {
  /** replicas in order of preference: a list, so that a comma in a path is a comma */
  paths: string[];
  /** bytes */
  size?: number;
  events?: number;
  checksum?: string;
}

export type LookupOutcome =
  /** `incomplete`: why files may be missing; `nothing`: why there is none */
  | { outcome: "found"; incomplete?: string; nothing?: string }
  | { outcome: "does_not_exist" | "bad_name" | "internal_failure"; reason: string }
  /** The files come by the calls of servicex.md 3.1 and 3.2. */
  | { outcome: "elsewhere" };

export interface Finder {
  /** the scheme in front of `://`; `user` for a list in the request */
  readonly scheme: string;
  /**
   * What it lists may change at any moment, so that each request looks anew and shares at most a
   * lookup that is under way.
   */
  readonly fleeting?: boolean;
  /** A sentence when the name cannot be right (refused at submit), else undefined. */
  refuse(name: string): string | undefined;
  /**
   * Gives the files in chunks; may be called again for the same name after a crash and then says
   * everything again.
   */
  find(
    name: string,
    give: (files: FoundFile[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<LookupOutcome>;
}
