import type { Context } from "../context.ts";
import { errorGroups, type GroupRow } from "./errors-store.ts";
import { readRequest } from "./progress.ts";

const mostGroups = 200;

/** The failures of a request as groups: fingerprint, general message, count and examples, the greatest first. */
export async function listErrors(ctx: Pick<Context, "db">, id: string): Promise<GroupRow[]> {
  await readRequest(ctx, id);
  return errorGroups(ctx.db.query, id, mostGroups);
}
