import { leftOutSentence, manifestIsNoData } from "../../inputs/left-out.ts";
import type { Walked } from "../../inputs/walk.ts";
import type { LookupOutcome } from "../contract.ts";

/** The outcome of a walk. `incomplete`: why files may be missing; `nothing`: for no file at all. */
export function outcomeOfWalk(
  { files, manifests }: Walked,
  { incomplete, nothing }: { incomplete: readonly string[]; nothing: string },
): LookupOutcome {
  const noData = manifests.count() > 0 ? [leftOutSentence(manifestIsNoData, manifests)] : [];
  const sentence = (...why: readonly string[]) => [...why, ...noData].join(" ");
  if (incomplete.length > 0) return { outcome: "found", incomplete: sentence(...incomplete) };
  if (files === 0) return { outcome: "found", nothing: sentence(nothing) };
  return noData.length > 0 ? { outcome: "found", leftOut: sentence() } : { outcome: "found" };
}
