import type { Caller } from "../../../auth/caller.ts";
import { RequestError, UnavailableError } from "../../../errors.ts";
import { parse } from "../../../http/parse.ts";
import { isComing } from "../../../requests/read/files.ts";
import { fileOfResult } from "../../../requests/read/results.ts";
import { report } from "../../../requests/reports/report.ts";
import type { ReportedRequest } from "../../../requests/reports/reported-requests.ts";
import { askForReason } from "../../../requests/sidecars/explain-failures.ts";
import type { Report } from "../../../requests/views.ts";
import type { Call, Endpoint } from "../../endpoint.ts";
import { type Attempt, attemptOf, callerOfAttempt, notThatFile } from "../attempt-token.ts";
import { readJsonOrForm } from "../body.ts";
import { badRequest } from "../errors.ts";
import { retryWhileUnavailable } from "../retry-while-unavailable.ts";
import { type FileComplete, fileCompleteBody, noReason, toReport, toRetry } from "./file-report.ts";
import { noObject } from "./own-objects.ts";
import { plainPath, supersededReport, tokenPath } from "./paths.ts";
import { plainCaller } from "./plain-caller.ts";
import { reportedRequest } from "./reported-request.ts";

/** Counts for the file's current attempt while the file is open: the first final report wins. */
export const fileCompletePlain: Endpoint = {
  method: "put",
  path: `${plainPath}/:id/file-complete`,
  access: "report.plain",
  hot: true,
  async answer(call) {
    const body = await read(call);
    return record({ ...call, caller: plainCaller(call.caller) }, body, undefined);
  },
};

/** Counts for the attempt that the token names, and for no other. */
export const fileCompleteByToken: Endpoint = {
  method: "put",
  path: `${tokenPath}/:id/file-complete`,
  access: "work",
  callerOf: callerOfAttempt,
  hot: true,
  async answer(call) {
    const body = await read(call);
    const attempt = attemptOf(call.ctx, call.params);
    if (attempt.request !== call.params.id?.toLowerCase() || attempt.file !== body["file-id"])
      throw notThatFile();
    return record(call, body, attempt);
  },
};

const refused = "refused: ";

async function read({ request }: Call): Promise<FileComplete> {
  return parse(fileCompleteBody, await readJsonOrForm(request, 4));
}

/** Answers after the commit: the caller takes any answer as delivered, and never reports again. */
async function record(
  { ctx, caller, params, response }: Call,
  body: FileComplete,
  attempt: Attempt | undefined,
) {
  const asked = params.id ?? "";
  return retryWhileUnavailable(response, async () => {
    const request = await reportedRequest(ctx, asked, caller);
    if (attempt === undefined && request.steps > 1) throw missingStep(asked);
    const worker = workerOf(body);
    const open = attempt === undefined;
    const parsed = await toReport(ctx, caller, request, body, attempt);
    if (!parsed) return { status: 200, body: JSON.stringify(supersededReport) };
    const answer = await recordOne(ctx, caller, worker, parsed, open);
    if (answer === "unknown") {
      if (await isOnItsWay(ctx, parsed))
        throw new UnavailableError("The file is not registered with the request yet.");
      throw unknownFile(request, parsed);
    }
    await askIfUnexplained(ctx, answer, parsed, { worker, attempt });
    if (answer.startsWith(refused)) throw badRequest(answer.slice(refused.length));
    return {
      status: 200,
      body: JSON.stringify(answer === "recorded" ? "Ok" : supersededReport),
    };
  });
}

/** A sidecar of 2024 names no pod. */
function workerOf({ place }: FileComplete): string {
  return place?.pod ?? place?.host_name ?? "sidecar";
}

async function askIfUnexplained(
  ctx: Call["ctx"],
  answer: string,
  { error }: Report,
  { worker, attempt }: { worker: string; attempt: Attempt | undefined },
): Promise<void> {
  if (answer === "recorded" && attempt && error?.message === noReason)
    await askForReason(ctx, { ...attempt, worker });
}

/**
 * An object that is another file's result, or that was removed while it was reported (as those of a
 * canceled request are), is no result of this file: it is worked on again if its request is open.
 */
async function recordOne(
  ctx: Call["ctx"],
  caller: Caller,
  worker: string,
  parsed: Report,
  open: boolean,
): Promise<string> {
  const [answer = "unknown"] = await report(ctx, caller, worker, [parsed], { open });
  if (!answer.startsWith(refused)) return answer;
  const problem = await problemOf(ctx, parsed);
  if (problem === undefined) return answer;
  const retry = toRetry(parsed, problem);
  const [second = "unknown"] = await report(ctx, caller, worker, [retry], { open });
  return second;
}

async function problemOf(
  ctx: Call["ctx"],
  { request, file, results: [result] = [] }: Report,
): Promise<string | undefined> {
  if (!result) return undefined;
  const holder = await fileOfResult(ctx, request, result.name);
  if (holder !== undefined && holder !== file)
    return "The worker's object is the result of another file.";
  const object = await ctx.store.head(request, result.name);
  return object?.size === result.size ? undefined : noObject;
}

/**
 * An external finder sends files before they are registered with the requests that wait for them; a
 * quick worker may report in between.
 */
async function isOnItsWay(ctx: Call["ctx"], { request, file }: Report): Promise<boolean> {
  const coming = await isComing(ctx, request, file);
  if (coming) ctx.advanceQueue.add(request);
  return coming;
}

function unknownFile({ id }: ReportedRequest, { file }: Report): RequestError {
  return new RequestError(404, "not_found", `File ${file} is not one of request ${id}.`);
}

/** A duplicate would count for the next step. */
function missingStep(id: string): RequestError {
  return new RequestError(
    409,
    "no_step",
    `Request ${id} has several steps, and a report on this path does not say which one it is for.`,
  );
}
