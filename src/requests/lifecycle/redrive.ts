import type { Caller } from "../../auth/caller.ts";
import type { Query } from "../../db/client.ts";
import type { Deps } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { moveRequest } from "../move-store.ts";
import { readRequest } from "../read/request.ts";
import type { RequestView } from "../views.ts";
import {
  type Chosen,
  finishFailedBefore,
  redriveFiles,
  releaseWithheld,
  renewDeadline,
} from "./redrive-store.ts";

/**
 * While the request is open, lets its withheld files go to all workers again. Otherwise starts the
 * next round with the chosen failed files, or with all of them by default. Earlier results stay. If
 * no file failed, but the results of the whole request could not be made, the round only makes
 * those.
 */
export async function redrive(
  ctx: Deps<"advanceQueue" | "db" | "log">,
  id: string,
  caller: Caller,
  chosen: Chosen = {},
): Promise<{ request: RequestView; files: number }> {
  const before = await readRequest(ctx, id, caller, "request.change");
  const released = chosen.errors ? 0 : await releaseWithheld(ctx.db.query, before.id, chosen.files);
  const files = released || (await nextRound(ctx, before, chosen));
  ctx.log.info({ request_id: before.id, files, released }, "a request was redriven");
  ctx.advanceQueue.add(before.id);
  return { request: await readRequest(ctx, before.id, caller, "request.change"), files };
}

/** One statement may move a million files. */
const longestStatementSeconds = 3_600;

function nextRound(ctx: Deps<"db">, before: RequestView, chosen: Chosen): Promise<number> {
  return ctx.db.tx(
    async (query) => {
      if (!(await moveRequest(query, before.id, "redrive"))) throw cannot(before);
      await renewDeadline(query, before.id);
      const moved = await redriveFiles(query, before.id, chosen);
      if (moved === 0 && !(await isOnlyFinish(query, before.id, chosen))) throw nothingToDo(chosen);
      return moved;
    },
    { statementSeconds: longestStatementSeconds },
  );
}

async function isOnlyFinish(query: Query, id: string, { errors, files }: Chosen): Promise<boolean> {
  return !errors && !files && (await finishFailedBefore(query, id));
}

function cannot({ state }: RequestView): RequestError {
  const why =
    state === "canceled"
      ? "A canceled request cannot be redriven; submit it again."
      : `The request is ${state}; a redrive takes one that is complete or failed.`;
  return new RequestError(409, "cannot_redrive", why);
}

function nothingToDo(chosen: Chosen): RequestError {
  const which =
    chosen.errors || chosen.files
      ? "None of the chosen files or error groups has failed in this request."
      : "No file of this request has failed.";
  return new RequestError(409, "nothing_to_redrive", `${which} Nothing was changed.`);
}
