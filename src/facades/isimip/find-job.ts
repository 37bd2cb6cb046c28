import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { notFound } from "../../errors.ts";
import { keyProblem } from "../../requests/keys/keys.ts";
import { requestWithKey } from "../../requests/lifecycle/of-key.ts";
import type { RequestView } from "../../requests/views.ts";
import { keyOf } from "./job-id.ts";
import type { Version } from "./question.ts";

/** The request that does the caller's job. Throws 404, also where its results have expired. */
export async function findJob(
  ctx: Deps<"db">,
  caller: Caller,
  version: Version,
  id: string,
): Promise<RequestView> {
  const isId = /^[0-9a-f]{40}$/.test(id);
  const view = isId ? await requestWithKey(ctx, caller, keyOf(version, id)) : undefined;
  if (!view || (await isExpired(ctx, view))) throw notFound("job", id);
  return view;
}

export async function isExpired(ctx: Deps<"db">, { id }: RequestView): Promise<boolean> {
  return (await keyProblem(ctx, { request: id, kind: "read" })) === "expired";
}
