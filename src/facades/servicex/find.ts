import type { Context } from "../../context.ts";
import { idOfNumber } from "../../requests/facade-store.ts";
import { readRequest } from "../../requests/progress.ts";
import type { RequestView } from "../../requests/request.ts";
import { isNotFound, noTransformation } from "./errors.ts";

/** By UUID, or by the small number that ServiceX gave requests as well. */
export async function findRequest(ctx: Pick<Context, "db">, id: string): Promise<RequestView> {
  const uuid = /^\d+$/.test(id) ? await uuidOf(ctx, id) : id;
  if (uuid === undefined) throw noTransformation(id);
  try {
    return await readRequest(ctx, uuid);
  } catch (error) {
    if (isNotFound(error)) throw noTransformation(id);
    throw error;
  }
}

async function uuidOf(ctx: Pick<Context, "db">, digits: string): Promise<string | undefined> {
  return digits.length > 15 ? undefined : idOfNumber(ctx.db.query, Number(digits));
}
