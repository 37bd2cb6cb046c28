import { z } from "zod";
import { noteProgress } from "../../../requests/reports/progress-note.ts";
import { callerOfAttempt } from "../attempt-token.ts";
import { readJsonOrForm } from "../body.ts";
import type { Call, Endpoint } from "../endpoint.ts";
import { findRequest } from "../find.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { plainPath, tokenPath } from "./paths.ts";

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
  access: "work",
  hot: true,
  answer,
};
export const fileStatusByToken: Endpoint = {
  method: "post",
  path: `${tokenPath}/:id/:file/status`,
  access: "work",
  callerOf: callerOfAttempt,
  hot: true,
  answer,
};

/** Always "Ok": transformers ignore the answer, and send it again three times after an error. */
async function answer({ ctx, caller, params, request, response }: Call) {
  const parsed = body.safeParse(await readJsonOrForm(request, 1)).data ?? {};
  const file = Number(params.file);
  const { id } = await retryWhileUnavailable(response, () =>
    findRequest(ctx, params.id ?? "", caller, "work"),
  );
  const hasReason = parsed["status-code"] !== "start" && parsed["status-code"] !== "complete";
  if (Number.isSafeInteger(file)) {
    const row = {
      request: id,
      file,
      at: new Date(),
      podName: parsed["pod-name"]?.slice(0, 255) ?? null,
      info: (hasReason && parsed.info?.slice(0, longestInfo)) || null,
    };
    await retryWhileUnavailable(response, () => noteProgress(ctx, caller, row));
  }
  return { status: 200, body: JSON.stringify("Ok") };
}
