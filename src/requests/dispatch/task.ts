import { join } from "../../addresses/sealed.ts";
import type { Deps } from "../../deps.ts";
import type { Task, TaskBarred, Upload } from "../../operations/contract.ts";
import { isOfService, isWorkerOperation } from "../../operations/offered.ts";
import { attachmentObject } from "../attachments/names.ts";
import type { ClaimedRow, WorkKey } from "./started-rows-store.ts";

const urlSeconds = 6 * 3600;

export async function toTask(
  ctx: Deps<"config" | "operations" | "store" | "verifyingKeys">,
  row: ClaimedRow,
  worker: ForWorker,
): Promise<Task> {
  const { sendsHeaders = false, leavesBarred, barred } = worker;
  const { request, file, step, attempt, operation, settings } = row;
  const [inputs, uploads, attachments] = await Promise.all([
    inputUrls(ctx, request, row.inputs),
    uploadsOf(ctx, row, sendsHeaders),
    attachmentsOf(ctx, row),
  ]);
  return {
    task: taskId(row),
    request,
    file,
    step,
    attempt,
    operation,
    settings,
    replicas: isKept(worker) ? [] : wholeReplicasOf(ctx, row),
    inputs,
    uploads,
    ...(attachments.length > 0 && { attachments }),
    upload: uploads[0] ?? null,
    lease_seconds: ctx.config.leaseSeconds,
    ...(row.alone && { alone: true }),
    ...(isOfService(ctx.operations, row.operation_before) && { from_service: true }),
    ...(barred && leavesBarred && { barred: barredOfFile(row, barred) }),
  };
}

interface ForWorker {
  sendsHeaders?: boolean | undefined;
  /** the worker reads nothing of what a task says is barred */
  leavesBarred?: boolean | undefined;
  /** to the owner of the request */
  barred?: TaskBarred | undefined;
}

/**
 * The objects that an earlier step made of a file are the owner's own. What such a step left
 * elsewhere may be the file itself, brought from tape, and is barred with its dataset.
 */
function barredOfFile({ inputs }: ClaimedRow, { folders, hosts, dataset }: TaskBarred): TaskBarred {
  return {
    folders,
    hosts,
    ...(inputs.length === 0 && dataset !== undefined && { dataset }),
  };
}

/** Whether a worker is not even told where the file is. */
function isKept({ barred, leavesBarred }: ForWorker): boolean {
  return barred !== undefined && (!leavesBarred || barred.dataset !== undefined);
}

type Located = Pick<ClaimedRow, "location" | "paths">;

/** With their secrets: only for whoever reads the file. */
export function wholeReplicasOf(
  { verifyingKeys }: Deps<"verifyingKeys">,
  row: Located & Pick<ClaimedRow, "sealed" | "location_sealed">,
): string[] {
  return join(verifyingKeys, replicasOf(row), [row.sealed, row.location_sealed]);
}

/**
 * Where to read the file: where the step before put it, otherwise at the paths of the user. As they
 * may be shown, without secrets.
 */
export function replicasOf({ location, paths }: Located): string[] {
  return location === null ? paths : [location];
}

export function inputUrls(
  ctx: Deps<"store">,
  request: string,
  objects: string[],
): Promise<string[]> {
  const urlOf = (name: string) => ctx.store.signedUrl("GET", request, name, urlSeconds, "internal");
  return Promise.all(objects.map(urlOf));
}

/** Named by the settings alone: nothing is read of the ledger for them. */
async function attachmentsOf(
  ctx: Deps<"operations" | "store">,
  { operation: name, request, settings }: ClaimedRow,
): Promise<{ name: string; url: string }[]> {
  const operation = ctx.operations.get(name);
  if (!operation || !isWorkerOperation(operation) || !operation.attachments) return [];
  const names = operation.attachments(settings);
  const urls = await inputUrls(ctx, request, names.map(attachmentObject));
  return names.map((attachment, index) => ({ name: attachment, url: urls[index] ?? "" }));
}

/** A signed PUT for each object that the operation makes from the file. */
function uploadsOf(
  ctx: Deps<"operations" | "store">,
  row: ClaimedRow,
  sendsHeaders: boolean,
): Promise<Upload[]> {
  const operation = ctx.operations.get(row.operation);
  if (!operation || !isWorkerOperation(operation)) return Promise.resolve([]);
  const names = operation.outputs?.(row.settings, { replicas: row.paths }) ?? [];
  return Promise.all(
    names.map(async (output) => {
      const name = resultName(row, output);
      const signed = sendsHeaders
        ? await ctx.store.signedUpload(row.request, name, urlSeconds)
        : { url: await ctx.store.signedUrl("PUT", row.request, name, urlSeconds, "internal") };
      return { name, method: "PUT", ...signed };
    }),
  );
}

/** Unique in the request, whatever the files are called: inputs and attempts share no name. */
function resultName({ file, step, attempt }: WorkKey, output: string): string {
  return `${file}-${step}-${attempt}-${output}`;
}

function taskId({ request, file, step, attempt }: WorkKey): string {
  return `${request}.${file}.${step}.${attempt}`;
}

export function keyOf(task: string): WorkKey | undefined {
  const found = /^([0-9a-f-]{36})\.(\d{1,15})\.(\d{1,4})\.(\d{1,9})$/i.exec(task);
  if (!found) return undefined;
  const [, request = "", file, step, attempt] = found;
  return { request, file: Number(file), step: Number(step), attempt: Number(attempt) };
}
