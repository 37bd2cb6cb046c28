// A stage request of this façade, as the ledger has it.
import { z } from "zod";
import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { notFound } from "../../errors.ts";
import { readRequest } from "../../requests/read/request.ts";
import type { RequestView } from "../../requests/views.ts";
import type { Action } from "../../users/policy.ts";
import type { LimitsOf } from "./admit.ts";

/** What is kept with the request. */
export interface StageData {
  /** the key that it was made with; none: a token */
  key?: string | undefined;
  /** paths that are not in the ledger, as nothing can be recalled by them */
  refused: { path: string; error: string }[];
}

const ofRequest = z.object({
  "tape-rest": z.object({
    key: z.string().optional(),
    refused: z.array(z.object({ path: z.string(), error: z.string() })),
  }),
});

export function facadeOf(data: StageData): Record<string, unknown> {
  return { "tape-rest": data };
}

/**
 * Throws 404 for an id that is not one of this façade's requests which the caller may see; with a
 * key, those made with another are such too, as it may reach other folders.
 */
export async function findStage(
  ctx: Deps<"db">,
  { limitsOf }: { limitsOf: LimitsOf },
  caller: Caller,
  { id, action }: { id: string; action: Action },
): Promise<{ view: RequestView; data: StageData }> {
  const view = await readRequest(ctx, id, caller, action);
  const read = ofRequest.safeParse(view.facade);
  const limits = limitsOf(caller);
  if (!read.success) throw notFound("stage request", id);
  const { "tape-rest": data } = read.data;
  if (limits && data.key !== limits.key) throw notFound("stage request", id);
  return { view, data };
}
