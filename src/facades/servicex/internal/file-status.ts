import { z } from "zod";
import type { Reply } from "../../../http/route.ts";
import { noteProgress } from "../../../requests/reports/progress-note.ts";
import type { Call, Endpoint } from "../../endpoint.ts";
import { type Attempt, attemptOf, callerOfAttempt, notThatFile } from "../attempt-token.ts";
import { readJsonOrForm } from "../body.ts";
import { findRequest } from "../find.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { plainPath, supersededReport, tokenPath } from "./paths.ts";
import { plainCaller } from "./plain-caller.ts";

const longestInfo = 2_048;

const body = z.object({
  timestamp: z.string().nullish(),
  "status-code": z.string().nullish(),
  "pod-name": z.string().nullish(),
  info: z.coerce.string().nullish(),
});

/**
 * Notes of a transformer of 2022: the reason that it gives is kept for the failure that it reports
 * next. No state changes.
 */
export const fileStatusPlain: Endpoint = {
  method: "post",
  path: `${plainPath}/:id/:file/status`,
  access: "report.plain",
  hot: true,
  answer: (call) => note({ ...call, caller: plainCaller(call.caller) }, undefined),
};

/** The same, for the attempt that the token names and for no other. */
export const fileStatusByToken: Endpoint = {
  method: "post",
  path: `${tokenPath}/:id/:file/status`,
  access: "work",
  callerOf: callerOfAttempt,
  hot: true,
  async answer(call) {
    const { id, file } = call.params;
    const attempt = attemptOf(call.ctx, call.params);
    if (attempt.request !== id?.toLowerCase() || String(attempt.file) !== file) throw notThatFile();
    return note(call, attempt);
  },
};

/**
 * On the plain path always "Ok": transformers ignore the answer, and send the note three more times
 * after an error.
 */
async function note(
  { ctx, caller, params, request, response }: Call,
  attempt: Attempt | undefined,
): Promise<Reply> {
  const parsed = body.safeParse(await readJsonOrForm(request, 1)).data ?? {};
  const file = Number(params.file);
  const { id } = await retryWhileUnavailable(response, () =>
    findRequest(ctx, params.id ?? "", caller, "work"),
  );
  const hasReason = parsed["status-code"] !== "start" && parsed["status-code"] !== "complete";
  const row = {
    request: id,
    file,
    attempt,
    at: new Date(),
    podName: parsed["pod-name"]?.slice(0, 255) ?? null,
    info: (hasReason && parsed.info?.slice(0, longestInfo)) || null,
  };
  const recorded =
    Number.isSafeInteger(file) &&
    (await retryWhileUnavailable(response, () => noteProgress(ctx, caller, row)));
  return {
    status: 200,
    body: JSON.stringify(recorded || attempt === undefined ? "Ok" : supersededReport),
  };
}
