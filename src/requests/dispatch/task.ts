import type { Deps } from "../../deps.ts";
import type { Task } from "../../operations/contract.ts";
import type { ClaimedRow, WorkKey } from "./lease-store.ts";

const urlSeconds = 6 * 3600;

export async function toTask(
  ctx: Deps<"config" | "operations" | "store">,
  row: ClaimedRow,
): Promise<Task> {
  const { request, file, step, attempt, operation, settings, paths } = row;
  const base = ctx.operations.get(operation)?.outputName?.(settings, paths[0] ?? "");
  const name = base === undefined ? undefined : resultName(row, base);
  const [inputs, url] = await Promise.all([
    Promise.all(
      row.inputs.map((input) => ctx.store.signedUrl("GET", request, input, urlSeconds, "internal")),
    ),
    name === undefined
      ? undefined
      : ctx.store.signedUrl("PUT", request, name, urlSeconds, "internal"),
  ]);
  return {
    task: taskId(row),
    request,
    file,
    step,
    attempt,
    operation,
    settings,
    replicas: paths,
    inputs,
    upload: name !== undefined && url !== undefined ? { method: "PUT", url, name } : null,
    lease_seconds: ctx.config.leaseSeconds,
  };
}

/** Unique in the request, whatever the files are called: two inputs of one name and two attempts of one file never meet. */
function resultName({ file, step, attempt }: WorkKey, base: string): string {
  return `${file}-${step}-${attempt}-${base}`;
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
