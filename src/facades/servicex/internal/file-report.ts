import { z } from "zod";
import { withoutSecrets } from "../../../addresses/shown.ts";
import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { lastNoteOf } from "../../../requests/reports/progress-note.ts";
import type { ReportedRequest } from "../../../requests/reports/reported-requests.ts";
import type { Report } from "../../../requests/views.ts";
import { isName } from "../../../storage/names.ts";
import type { Attempt } from "../attempt-token.ts";
import { isNotFound } from "../errors.ts";
import { convertedName, sidecarName } from "../sidecar-name.ts";
import { moveToOwnName, noObject, type OwnObject } from "./own-objects.ts";

const measure = z.coerce.number().nullish().catch(undefined);

/** From three generations of workers: what one does not send is missing or null. */
export const fileCompleteBody = z.object({
  "file-id": z
    .union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,15}$/, "must be a whole number")
        .transform(Number),
    ])
    .pipe(z.int().min(0)),
  status: z.enum(["success", "failure"]),
  "file-path": z.string().nullish(),
  "s3-object-name": z.string().nullish(),
  "total-time": measure,
  "total-events": measure,
  "total-bytes": measure,
  "avg-rate": measure,
  place: z
    .object({
      host_name: z.string().optional(),
      site: z.string().optional(),
      pod: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, "must be the name of a pod")
        .optional(),
    })
    .nullish()
    .catch(undefined),
});

export type FileComplete = z.output<typeof fileCompleteBody>;

/**
 * A success counts when the bucket has its object, whose size is the store's. Without it the file
 * is retried. Undefined if the file is no longer, or not yet, with a worker.
 */
export async function toReport(
  ctx: Deps<"db" | "store">,
  caller: Caller,
  request: ReportedRequest,
  body: FileComplete,
  attempt: Attempt | undefined,
): Promise<Report | undefined> {
  const base = {
    request: request.id,
    file: body["file-id"],
    step: attempt?.step ?? 1,
    attempt: attempt?.attempt ?? 1,
  };
  if (body.status === "failure")
    return {
      ...base,
      status: "failure",
      error: { class: "worker", message: await reasonOf(ctx, base) },
    };
  if (!request.stepsWithObjects.has(base.step)) return { ...base, status: "success" };
  const namesOf = request.stepsThatConvert.has(base.step) ? convertedNames : plainNames;
  const found = await objectOf(ctx, caller, request.id, { body, attempt, namesOf });
  if ("isSuperseded" in found) return undefined;
  if ("problem" in found) return toRetry(base, found.problem);
  const { name, size } = found.object;
  return { ...base, status: "success", results: [{ name, size, details: measuresOf(body) }] };
}

/** For a success whose object cannot count. */
export function toRetry(
  { request, file, step, attempt }: Pick<Report, "request" | "file" | "step" | "attempt">,
  message: string,
): Report {
  const error = { class: "no_object", message };
  return { request, file, step, attempt, status: "retry", error };
}

export const noReason = "The worker reported a failure and gave no reason.";

async function reasonOf(
  ctx: Deps<"db">,
  { request, file }: { request: string; file: number },
): Promise<string> {
  return (await lastNoteOf(ctx, request, file)) ?? noReason;
}

interface Reported {
  body: FileComplete;
  attempt: Attempt | undefined;
  /** what the sidecar may have called the object that it made of a path */
  namesOf(path: string): string[];
}

/**
 * By the name that the worker sends; else by the name that the sidecar makes of the path it read;
 * else by that of every replica, since a cache may stand before them. A name that is made of a path
 * may be that of two files.
 */
async function objectOf(
  ctx: Deps<"db" | "store">,
  caller: Caller,
  request: string,
  { body, attempt, namesOf }: Reported,
): Promise<OwnObject> {
  const path = body["file-path"];
  const ofPath = path ? namesOf(path) : [];
  const sent = body["s3-object-name"];
  const reported = sent && sent !== "none" ? sent : undefined;
  if (reported !== undefined && !ofPath.includes(reported) && !holdsSecret(reported)) {
    const object = isName(reported) ? await ctx.store.head(request, reported) : undefined;
    return object ? { object } : { problem: noObject };
  }
  const of = { request, file: body["file-id"], attempt };
  try {
    return await moveToOwnName(ctx, caller, of, (paths) =>
      reported !== undefined ? [reported] : [...ofPath, ...paths.flatMap(namesOf)],
    );
  } catch (error) {
    // The report is answered as that of an unknown file.
    if (isNotFound(error)) return { problem: noObject };
    throw error;
  }
}

function holdsSecret(name: string): boolean {
  return withoutSecrets(name) !== name;
}

/** Which format the worker wrote is in the name alone. */
function plainNames(path: string): string[] {
  return [sidecarName(path, "parquet"), sidecarName(path, "root-file")];
}

/** Not the plain names too: that of `a.root` is the converted name of `a.root.1`. */
function convertedNames(path: string): string[] {
  return [convertedName(path)];
}

function measuresOf(body: FileComplete): Record<string, unknown> {
  return {
    "total-time": body["total-time"] ?? null,
    "total-events": body["total-events"] ?? null,
    "avg-rate": body["avg-rate"] ?? null,
    "file-path": body["file-path"] ?? null,
  };
}
