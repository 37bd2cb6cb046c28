import type { Deps } from "../../deps.ts";
import { keepReceipt } from "../../receipts/issue.ts";
import { removeEach, removeMarkedResults } from "../advance/orphaned-objects.ts";
import { expireResults, requestsPastTtl } from "./expire-results-store.ts";

const page = 500;
const daySeconds = 86_400;
/** One statement may mark a million results. */
const longestStatementSeconds = 3_600;

type ExpireDeps = Deps<"config" | "db" | "log" | "signingKey" | "store" | "urls">;

/** Removes the results of requests that ended so long ago; returns the number of requests. */
export async function removeExpired(ctx: ExpireDeps): Promise<number> {
  const { resultTtlDays } = ctx.config;
  if (resultTtlDays === undefined) return 0;
  const seconds = resultTtlDays * daySeconds;
  const ids = await requestsPastTtl(ctx.db.query, seconds, page);
  return removeEach(ctx, ids, (id) => expire(ctx, id, seconds));
}

/** After a crash in between, the sweep removes what is marked. */
async function expire(ctx: ExpireDeps, id: string, seconds: number): Promise<boolean> {
  await keepReceipt(ctx, id);
  const expired = await ctx.db.tx((query) => expireResults(query, seconds, id), {
    statementSeconds: longestStatementSeconds,
  });
  if (!expired) return false;
  await removeMarkedResults(ctx, id);
  return true;
}
