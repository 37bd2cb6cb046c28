// What the operation asks of a tape system. Its first members are those of a service operation.
import type { ServiceOperation } from "../contract.ts";
import type { StageFacility, StageSettings } from "./settings.ts";

type Stage = ServiceOperation<StageSettings, StageFacility>;

export interface TapeBackend {
  /** Paths are of this host's file system: links can be followed. */
  readonly seesFiles: boolean;
  start: Stage["start"];
  poll: Stage["poll"];
  abort: NonNullable<Stage["abort"]>;
  release: NonNullable<Stage["release"]>;
  /**
   * Where the data of these paths is now; recalls nothing. The paths have no links, and are below
   * the roots. Throws if the tape system cannot be asked.
   */
  ask(
    paths: readonly string[],
    facility: StageFacility,
    signal?: AbortSignal,
  ): Promise<Map<string, TapeAnswer>>;
}

export type TapeAnswer =
  | { is: "missing" }
  /** nothing is said of this file, although others are answered */
  | { is: "silent"; why: string }
  | ({ is: TapePlace } & TapeState);

/** `unclear`: on a tape outside of its library, or in a word that is not known */
export type TapePlace = "disk" | "tape" | "lost" | "unclear";

export interface TapeState {
  /** as the tape system writes it: R, P, M, or another word */
  state: string;
  /** copies on tape */
  replicas: number;
  /** `<barcode>@<pool>@<library>` of each copy, where it is told */
  tapes: string[];
}
