import type { Deps } from "../../deps.ts";
import { idOfNumber } from "../../requests/read/facade-store.ts";
import { readRequest } from "../../requests/read/request.ts";
import type { RequestView } from "../../requests/views.ts";
import { isNotFound, noTransformation } from "./errors.ts";

/** By UUID, or by the small number that ServiceX gave requests as well. */
export async function findRequest(ctx: Deps<"db">, id: string): Promise<RequestView> {
  const uuid = /^\d+$/.test(id) ? await uuidOf(ctx, id) : id;
  if (uuid === undefined) throw noTransformation(id);
  try {
    return await readRequest(ctx, uuid);
  } catch (error) {
    if (isNotFound(error)) throw noTransformation(id);
    throw error;
  }
}

async function uuidOf(ctx: Deps<"db">, digits: string): Promise<string | undefined> {
  return digits.length > 15 ? undefined : idOfNumber(ctx.db.query, Number(digits));
}
