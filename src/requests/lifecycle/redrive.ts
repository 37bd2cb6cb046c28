import { type Caller, ownerOf } from "../../auth/caller.ts";
import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { noteAdmin } from "../../users/acts.ts";
import { sourceOf } from "../advance/advance-queue.ts";
import { importedOperation } from "../imported.ts";
import { moveRequest } from "../move-store.ts";
import { deleted, requestToChange } from "../read/request.ts";
import { viewOf } from "../read/request-view.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";
import { makeInTurn } from "./in-turn.ts";
import { lostInputs } from "./lost-inputs.ts";
import { markLost } from "./lost-inputs-store.ts";
import { limitOpenRequests } from "./open-requests.ts";
import {
  type Chosen,
  finishFailedBefore,
  redriveFiles,
  releaseWithheld,
  renewDeadline,
} from "./redrive-store.ts";

/**
 * While the request is open, lets its withheld files go to all workers again. Otherwise starts the
 * next round with the chosen failed files, or with all of them by default. Earlier results stay;
 * what an earlier step made of a failed file is made again if the store has lost it. If no file
 * failed, but the results of the whole request could not be made, the round only makes those.
 */
export async function redrive(
  ctx: Deps<"advanceQueue" | "config" | "db" | "log" | "store">,
  id: string,
  caller: Caller,
  chosen: Chosen = {},
  gone?: AbortSignal,
): Promise<{ request: RequestView; files: number }> {
  const before = await requestToChange(ctx, id, caller);
  const note = (query: Query) =>
    noteAdmin(query, caller, { act: "request.redrive", subject: before.id }, before.owner);
  const released = chosen.errors ? 0 : await release(ctx, before.id, chosen.files, note);
  const turn = { owner: ownerOf(caller) ?? "", signal: gone };
  const files = released || (await inTurn(turn, () => nextRound(ctx, before, chosen, note)));
  ctx.log.info({ request_id: before.id, files, released }, "a request was redriven");
  ctx.advanceQueue.add(before.id, sourceOf(caller));
  return { request: await requestToChange(ctx, before.id, caller), files };
}

/** One statement may move a million files. */
const longestStatementSeconds = 3_600;
const inTurn = makeInTurn(4, "Too many redrives wait to begin.");

function release(
  { db }: Deps<"db">,
  id: string,
  files: number[] | undefined,
  note: (query: Query) => Promise<void>,
): Promise<number> {
  return db.tx(async (query) => {
    const released = await releaseWithheld(query, id, files);
    if (released > 0) await note(query);
    return released;
  });
}

async function nextRound(
  ctx: Deps<"config" | "db" | "store">,
  { id, owner, state, steps }: RequestView,
  chosen: Chosen,
  note: (query: Query) => Promise<void>,
): Promise<number> {
  if (steps.some((step) => step.operation === importedOperation)) throw wasImported();
  // Before the transaction, which keeps the request locked
  const lost = isFinal(state) ? await lostInputs(ctx, id, chosen) : [];
  const files = await ctx.db.tx(
    async (query) => {
      if (!(await moveRequest(query, id, "redrive"))) return undefined;
      await renewDeadline(query, id);
      if (lost.length > 0) await markLost(query, id, lost);
      const moved = await redriveFiles(query, id, chosen);
      if (moved === 0 && !(await isOnlyFinish(query, id, chosen))) throw nothingToDo(chosen);
      await limitOpenRequests(ctx, query, owner);
      await note(query);
      return moved;
    },
    { statementSeconds: longestStatementSeconds },
  );
  if (files === undefined) throw cannot(await viewOf(ctx, id));
  return files;
}

async function isOnlyFinish(query: Query, id: string, { errors, files }: Chosen): Promise<boolean> {
  return !errors && !files && (await finishFailedBefore(query, id));
}

/** `now` is undefined if the request was deleted meanwhile. */
function cannot(now: RequestView | undefined): RequestError {
  if (!now) return deleted();
  const why =
    now.state === "canceled"
      ? "A canceled request cannot be redriven; submit it again."
      : `The request is ${now.state}; a redrive takes one that is complete or failed.`;
  return new RequestError(409, "cannot_redrive", why);
}

function wasImported(): RequestError {
  return new RequestError(
    409,
    "cannot_redrive",
    "The request was done by ServiceX and imported: nothing here can do it again. Submit it as a " +
      "new one.",
  );
}

function nothingToDo(chosen: Chosen): RequestError {
  const which =
    chosen.errors || chosen.files
      ? "None of the chosen files or error groups has failed in this request."
      : "No file of this request has failed.";
  return new RequestError(409, "nothing_to_redrive", `${which} Nothing was changed.`);
}
