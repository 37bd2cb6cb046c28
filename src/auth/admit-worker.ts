import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { recordAct } from "../users/acts.ts";
import { assertMay } from "../users/policy.ts";
import type { Caller } from "./caller.ts";

export interface WantedWorker {
  /** undefined: all that the service offers, now and later */
  operations?: readonly string[] | undefined;
  hours: number;
}

/** A token for a worker or an agent on another host. Nothing of it is stored. */
export async function admitWorker(
  ctx: Deps<"config" | "operations" | "people" | "workTokens">,
  caller: Caller,
  { operations, hours }: WantedWorker,
): Promise<{ token: string; expiresAt: Date }> {
  assertMay(caller, "worker.admit");
  const unknown = operations?.find((name) => !ctx.operations.has(name));
  if (unknown !== undefined)
    throw new RequestError(
      422,
      "unknown_operation",
      `There is no operation ${JSON.stringify(unknown)} here; ` +
        `there are ${[...ctx.operations.keys()].join(", ")}.`,
    );
  const seconds = Math.round(hours * 3_600);
  const expiresAt = new Date(Date.now() + seconds * 1_000);
  const token = await ctx.workTokens.issue({ operations }, seconds);
  const detail = { operations: operations ?? null, hours };
  // With identity off there is one person, and no log of what people do.
  if (ctx.config.enableAuth)
    await ctx.people.write((db) =>
      recordAct(db, caller, { act: "worker.admit", subject: "worker", detail }),
    );
  return { token, expiresAt };
}
