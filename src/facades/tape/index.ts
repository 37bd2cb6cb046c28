// LTFSEE Globus's API: its clients ask for one file at a time, again and again; behind it the files
// are gathered into requests of the operation `stage`. doc/tape-api.md says what differs.
import { type Request, type Response, Router } from "express";
import type { Context } from "../../deps.ts";
import { type Locals, loggedPath } from "../../http/call.ts";
import type { Mount } from "../../http/mount.ts";
import { send } from "../../http/send.ts";
import { isServed } from "../../http/served.ts";
import type { Action } from "../../users/policy.ts";
import { readBody } from "./body.ts";
import { type TapeCaller, tapeCaller } from "./caller.ts";
import { badMethod, messageReply, nothingAt } from "./errors.ts";
import { fileState } from "./file-state.ts";
import { makeGlobusRecall } from "./globus-recall.ts";
import { openTape } from "./tape.ts";

const base = "/api/v0.5";

interface TapeEndpoint {
  method: "post";
  path: `/${string}`;
  access: Action;
}

export const tapeEndpoints = [
  { method: "post", path: `${base}/file_state/file_state`, access: "request.read" },
  { method: "post", path: `${base}/globus_recall/globus_recall`, access: "request.submit" },
] as const satisfies TapeEndpoint[];

type Answer = (caller: TapeCaller, body: unknown) => Promise<unknown>;

export const tape: Mount = {
  name: "tape",
  owns: (path) => path === base || path.startsWith(`${base}/`),
  errorReply: messageReply,
  router(ctx, _, serves) {
    const router = Router({ caseSensitive: true, strict: true });
    if (!ctx.operations.has("stage") || !serves.includes("public")) return router;
    const system = openTape(ctx);
    const answers: Record<string, Answer> = {
      [tapeEndpoints[0].path]: (caller, body) => fileState(system, caller, body),
      [tapeEndpoints[1].path]: makeGlobusRecall(ctx, system),
    };
    for (const { path, access } of tapeEndpoints.filter((one) => isServed(one.access, serves))) {
      const answer = answers[path];
      if (answer) router.post(path, answering(ctx, path, access, answer));
      router.all(path, badMethod);
    }
    router.use(base, ({ originalUrl }: Request) => {
      throw nothingAt(loggedPath(originalUrl));
    });
    return router;
  },
};

/** Who calls is asked first: somebody without a key learns nothing of what a body should be. */
function answering(ctx: Context, path: string, access: Action, answer: Answer) {
  return async (request: Request, response: Response): Promise<void> => {
    Object.assign(response.locals as Locals, { route: path, hot: true });
    const caller = await tapeCaller(ctx, request, access);
    const body = await readBody(request);
    send(response, { status: 201, body: await answer(caller, body) });
  };
}
