import { z } from "zod";
import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { readFile } from "../../../requests/read/files.ts";
import { lastNoteOf } from "../../../requests/reports/progress-note.ts";
import type { ReportedRequest } from "../../../requests/reports/reported-requests.ts";
import type { Report } from "../../../requests/views.ts";
import type { StoredObject } from "../../../storage/contract.ts";
import { isName } from "../../../storage/names.ts";
import type { Attempt } from "../attempt-token.ts";
import { isNotFound } from "../errors.ts";
import { sidecarName } from "../sidecar-name.ts";

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
      pod: z.string().optional(),
    })
    .nullish()
    .catch(undefined),
});

export type FileComplete = z.output<typeof fileCompleteBody>;

/**
 * A success counts when the bucket has its object, whose size is the store's. Without it the file
 * is retried.
 */
export async function toReport(
  ctx: Deps<"db" | "store">,
  caller: Caller,
  request: ReportedRequest,
  body: FileComplete,
  attempt: Attempt | undefined,
): Promise<Report> {
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
  if (!request.makesObjects) return { ...base, status: "success" };
  const object = await objectOf(ctx, caller, request.id, body);
  if (!object)
    return { ...base, status: "retry", error: { class: "no_object", message: noObject } };
  return {
    ...base,
    status: "success",
    results: [{ name: object.name, size: object.size, details: measuresOf(body) }],
  };
}

const noReason = "The worker reported a failure and gave no reason.";
const noObject = "The worker reported a success, and its object is not in the request's bucket.";

async function reasonOf(
  ctx: Deps<"db">,
  { request, file }: { request: string; file: number },
): Promise<string> {
  return (await lastNoteOf(ctx, request, file)) ?? noReason;
}

/**
 * By the name that the worker sends; else by the name that the sidecar makes of the path it read;
 * else by that of every replica, since a cache may stand before them.
 */
async function objectOf(
  ctx: Deps<"db" | "store">,
  caller: Caller,
  request: string,
  body: FileComplete,
): Promise<StoredObject | undefined> {
  const reported = body["s3-object-name"];
  if (reported && reported !== "none") return headOf(ctx, request, reported);
  const path = body["file-path"];
  const found = path ? await firstOf(ctx, request, namesOf(path)) : undefined;
  return (
    found ??
    firstOf(
      ctx,
      request,
      (await replicasOf(ctx, caller, request, body["file-id"])).flatMap(namesOf),
    )
  );
}

/** Which format the worker wrote is in the name alone. */
function namesOf(path: string): string[] {
  return [sidecarName(path, "parquet"), sidecarName(path, "root-file")];
}

async function firstOf(
  ctx: Deps<"store">,
  request: string,
  names: string[],
): Promise<StoredObject | undefined> {
  for (const name of names) {
    const object = await headOf(ctx, request, name);
    if (object) return object;
  }
  return undefined;
}

async function headOf(
  { store }: Deps<"store">,
  request: string,
  name: string,
): Promise<StoredObject | undefined> {
  return isName(name) ? store.head(request, name) : undefined;
}

async function replicasOf(
  ctx: Deps<"db">,
  caller: Caller,
  request: string,
  file: number,
): Promise<string[]> {
  try {
    return (await readFile(ctx, request, file, caller, "work")).paths;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function measuresOf(body: FileComplete): Record<string, unknown> {
  return {
    "total-time": body["total-time"] ?? null,
    "total-events": body["total-events"] ?? null,
    "avg-rate": body["avg-rate"] ?? null,
    "file-path": body["file-path"] ?? null,
  };
}
