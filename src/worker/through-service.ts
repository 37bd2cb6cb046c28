import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { request } from "undici";
import { diskProblem } from "../disk-problem.ts";
import { type FetchBounds, fetchInput } from "../inputs/fetch.ts";
import { InputError, isOfDisk, nameOf } from "../inputs/input-error.ts";
import type { LocalFile } from "../inputs/local.ts";
import { atMost } from "../inputs/remote.ts";
import type { Task } from "../operations/contract.ts";
import { withoutLastSlash } from "../settings/service-url.ts";
import { inWords } from "../system-problem.ts";
import { codeOf, detailOf } from "./problem.ts";

/** Where the service serves what its own machine has, to a worker that has not. */
export interface ThroughService {
  /** of the work API, without `/v1` */
  url: string;
  token?: string | undefined;
  /** the name under which the worker claims */
  worker: string;
}

/** Reads an input of a task here, or through the service if only the service's machine has it. */
export async function fetchHereOrThroughService(
  location: string,
  task: Task,
  bounds: FetchBounds,
  service: ThroughService | undefined,
): Promise<LocalFile> {
  try {
    return await fetchInput(location, bounds);
  } catch (error) {
    if (!service || !serviceMayHave(error, location)) throw error;
    const fetched = await fetchThroughService(service, task, location, bounds);
    if (fetched) return fetched;
    // Another worker may have it.
    throw new InputError(error.class, error.message, { here: true });
  }
}

/** Whether the service may have a file that could not be read here. */
function serviceMayHave(error: unknown, location: string): error is InputError {
  return (
    error instanceof InputError && (error.here || error.class === "not_found") && isOfDisk(location)
  );
}

/**
 * Downloads a replica of a task from the machine of the service; undefined where the service does
 * not say why it does not serve it, e.g. one of an earlier version. Throws `InputError` for what
 * the service cannot read either.
 */
async function fetchThroughService(
  { url, token, worker }: ThroughService,
  { task, replicas }: Task,
  location: string,
  { megabytes, scratch, signal }: FetchBounds,
): Promise<LocalFile | undefined> {
  const replica = replicas.indexOf(location);
  if (replica === -1) return undefined;
  const name = nameOf(location);
  const path = join(scratch, "download");
  try {
    const { statusCode, body } = await request(addressOf(url, task, replica, worker), {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal,
    });
    if (statusCode !== 200) return refusalOf(statusCode, await body.text());
    await mkdir(scratch, { recursive: true });
    const hash = createHash("sha256");
    await pipeline([body, atMost(megabytes, name, hash), createWriteStream(path)], { signal });
    const { size } = await stat(path);
    return { path, size, sha256: hash.digest("hex"), close: async () => undefined };
  } catch (error) {
    if (error instanceof InputError || diskProblem(error)) throw error;
    const why = inWords(error);
    throw new InputError("unavailable", `${name} could not be read through the service: ${why}.`);
  }
}

function addressOf(url: string, task: string, replica: number, worker: string): string {
  const query = new URLSearchParams({ worker });
  const path = `v1/work/tasks/${encodeURIComponent(task)}/replicas/${replica}`;
  return `${withoutLastSlash(url)}/${path}?${query}`;
}

const classes = {
  input_not_found: "not_found",
  input_bad_input: "bad_input",
  input_forbidden: "forbidden",
  input_not_on_disk: "not_on_disk",
} as const;

/** Throws what another worker would meet too, and where another try may help. */
function refusalOf(status: number, answer: string): undefined {
  const detail = detailOf(answer);
  const code = codeOf(answer);
  // What the service's settings or user are to blame for, a worker elsewhere may read.
  if (status === 403 && code?.startsWith("input_"))
    throw new InputError("forbidden", detail, { here: true });
  if (code !== undefined && Object.hasOwn(classes, code))
    throw new InputError(classes[code as keyof typeof classes], detail);
  if (status >= 500 || status === 429) throw new Error(`${status}: ${detail}`);
  return undefined;
}
