import type { Logger } from "../../log.ts";
import type { Api } from "./api.ts";
import { isStatus } from "./api-error.ts";
import { type PodTrouble, shortened } from "./pod-trouble.ts";

/**
 * Whether the claim of TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM can be mounted, when this process
 * begins to lead: the trouble of all groups that need it, which is logged too. Never rejects.
 */
export async function checkClaim(
  api: Pick<Api, "claimPhase">,
  claim: string,
  namespace: string,
  log: Logger,
): Promise<PodTrouble | undefined> {
  try {
    const phase = await api.claimPhase(claim);
    const problem = problemOf(phase, namespace);
    if (problem === undefined) return undefined;
    const sentence = `The claim ${claim} (TRANSFORMER_PERSISTENCE_PROVIDED_CLAIM) ${problem}.`;
    log.warn(sentence);
    return { kind: "other", sentence, since: new Date(), isPermanent: phase === undefined };
  } catch (error) {
    const why = shortened((error as Error).message);
    if (isStatus(error, 403)) log.info({ claim }, `it is not known whether a claim exists: ${why}`);
    else log.warn({ err: error, claim }, "it was not found out whether a claim exists");
    return undefined;
  }
}

function problemOf(phase: string | undefined, namespace: string): string | undefined {
  if (phase === undefined) return `does not exist in the namespace ${namespace}`;
  // A claim that waits for its first pod is Pending
  return phase === "Lost" ? "has lost its volume" : undefined;
}
