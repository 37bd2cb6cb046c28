import type { Caller } from "../../auth/caller.ts";
import type { Deps } from "../../deps.ts";
import { readRequest, requestIdOf } from "../../requests/read/request.ts";
import type { RequestView } from "../../requests/views.ts";
import type { Action } from "../../users/policy.ts";
import { isNotFound, noTransformation } from "./errors.ts";

/** By UUID, or by the small number that ServiceX gave requests as well. */
export async function findRequest(
  ctx: Deps<"db">,
  id: string,
  caller: Caller,
  action?: Action,
): Promise<RequestView> {
  const uuid = /^\d+$/.test(id) ? await uuidOf(ctx, id) : id;
  if (uuid === undefined) throw noTransformation(id);
  try {
    return await readRequest(ctx, uuid, caller, action);
  } catch (error) {
    if (isNotFound(error)) throw noTransformation(id);
    throw error;
  }
}

async function uuidOf(ctx: Deps<"db">, digits: string): Promise<string | undefined> {
  return digits.length > 15 ? undefined : requestIdOf(ctx, Number(digits));
}
