import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Context } from "../../deps.ts";
import { UnavailableError } from "../../errors.ts";
import { openTaskInput, type TaskInput } from "../../requests/dispatch/task-input.ts";
import { exactLength } from "../../storage/exact-length.ts";
import { pause } from "../../time.ts";
import { route } from "../route.ts";
import { replicaParams, replicaQuery } from "../schemas/work.ts";

export const readTaskReplica = route({
  method: "get",
  path: "/v1/work/tasks/{task}/replicas/{replica}",
  name: "readTaskReplica",
  tag: "work",
  access: "work",
  summary: "Read a file of the service's machine, for a worker that has a task of it elsewhere",
  description:
    "Only a file that INPUT_ROOTS of the service allows, and only while this worker holds the " +
    "task: the connection is closed when it no longer does.",
  params: replicaParams,
  query: replicaQuery,
  responses: {
    200: { description: "The file's bytes.", mediaType: "application/octet-stream" },
    403: { description: "The service may not read this file." },
    409: { description: "The replica is no file of the service's machine." },
    422: { description: "It is no file that can be read." },
    503: { description: "It cannot be read now." },
  },
  async handler(ctx, { caller, params, query }) {
    const input = await openTaskInput(ctx, caller, { ...params, ...query });
    return { write: (response) => sendInput(ctx, input, response) };
  },
});

async function sendInput(
  { config, log }: Pick<Context, "config" | "log">,
  { path, size, isHeld, close }: TaskInput,
  response: ServerResponse,
): Promise<void> {
  const end = new AbortController();
  try {
    response.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": size,
      // A cache would give it to workers that have no task of it.
      "cache-control": "no-store",
    });
    if (size === 0 || response.req.method === "HEAD") {
      response.end();
      return;
    }
    endWhenLost(isHeld, Math.min(longestGapSeconds, config.leaseSeconds), end);
    // The file may grow meanwhile: what is sent is as long as it was when it was opened.
    const file = createReadStream(path, { end: size - 1 });
    await pipeline(file, exactLength(size), response, { signal: end.signal });
  } catch (error) {
    // The pipeline has broken the connection: the worker sees that the file is not whole.
    if (!hasLeft(error)) log.warn({ err: error }, "a worker did not get the whole of a file");
  } finally {
    end.abort();
    await close();
  }
}

const longestGapSeconds = 10;

/** A worker that reads slowly would otherwise get bytes of the file long after its task. */
function endWhenLost(isHeld: TaskInput["isHeld"], seconds: number, end: AbortController): void {
  const watch = async () => {
    while (!end.signal.aborted) {
      await pause(seconds * 1000, end.signal);
      if (!end.signal.aborted && !(await isHeld().catch(heldWhileAway)))
        end.abort(new Error("The worker no longer holds the task."));
    }
  };
  watch().catch((error: unknown) => end.abort(error));
}

/** Without the database, no worker loses a task. */
function heldWhileAway(error: unknown): true {
  if (error instanceof UnavailableError) return true;
  throw error;
}

function hasLeft(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE";
}
