// `wait`: a service operation for the suite, of the shape of a recall from tape. It is not offered
// to users.
import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { RequestError } from "../../../src/errors.ts";
import type {
  FileKey,
  FinishOutcome,
  Progress,
  ServiceContext,
  ServiceOperation,
  ServiceTask,
} from "../../../src/operations/contract.ts";
import { number, wholeNumber } from "../../../src/settings/values.ts";
import { makeOutside, type Outside, testClock } from "./outside.ts";

const settings = z.strictObject({
  /** by the outside clock */
  seconds: z.number().min(0).default(3600),
  /** files of one library share a batch */
  library: z.string().min(1).default("one"),
  /** of the locations where it leaves files */
  signature: z.string().optional(),
  outcome: z.enum(["success", "failure", "retry"]).default("success"),
});
type WaitSettings = z.infer<typeof settings>;

const facility = z.object({
  WAIT_BATCH_FILES: wholeNumber(1, 1000).default(10).describe("most files of one task"),
  WAIT_BATCH_SECONDS: number(0, 1e6).default(0).describe("longest wait for a full batch"),
  WAIT_TASKS: wholeNumber(1, 1000).default(100).describe("most tasks of a library at once"),
  WAIT_SECRET: z.string().default("the secret").describe("what a call-back presents"),
});
type WaitFacility = z.infer<typeof facility>;

export interface WaitHooks {
  /** called within `start`, after the outside service has the job and before its return */
  afterStart?(task: ServiceTask<WaitSettings>): Promise<void>;
  /** called within `poll`, after the outside service was asked and before its return */
  afterPoll?(): Promise<void>;
  /** called within `finish`, which otherwise makes no results */
  finish?(): Promise<FinishOutcome>;
}

export function waitOperation(
  outside: Outside = makeOutside(testClock()),
  hooks: WaitHooks = {},
): ServiceOperation<WaitSettings, WaitFacility> {
  return {
    name: "wait",
    runsIn: "service",
    summary: "Waits for an outside service that takes files in batches.",
    settings,
    example: { settings: { seconds: 60, library: "north" } },
    facility,
    errorClasses: ["evicted"],
    group: ({ library }) => library,
    batch: ({ WAIT_BATCH_FILES, WAIT_BATCH_SECONDS, WAIT_TASKS }) => ({
      files: WAIT_BATCH_FILES,
      afterSeconds: WAIT_BATCH_SECONDS,
      tasksAtOnce: WAIT_TASKS,
    }),
    async start(task) {
      const files = await task.files();
      const keys = files.map(({ request, file }) => ({ request, file }));
      const seconds = Math.max(0, ...files.map((one) => one.settings.seconds));
      const job = outside.begin(task.id, task.group, keys, seconds);
      await hooks.afterStart?.(task);
      return {
        settled: [],
        externalRef: job.ref,
        againInSeconds: 600,
        note: `${keys.length} files wait in library ${task.group}.`,
      };
    },
    async poll(tasks, context) {
      outside.polls.push(tasks.map(({ id }) => id));
      const found = tasks.map(
        async (task) => [task.id, await progressOf(outside, task, context)] as const,
      );
      const progress = new Map(await Promise.all(found));
      await hooks.afterPoll?.();
      return progress;
    },
    async abort(_, files) {
      outside.aborted.push(...files.map(keyOf));
    },
    async release(_, files) {
      outside.released.push(...files.map(keyOf));
    },
    finish: async () => (await hooks.finish?.()) ?? { status: "success", results: [] },
    callback: {
      async verify({ headers, body, facility: { WAIT_SECRET } }) {
        const given = Buffer.from(String(headers["x-wait-secret"] ?? ""));
        const expected = Buffer.from(WAIT_SECRET);
        if (given.length !== expected.length || !timingSafeEqual(given, expected))
          throw new RequestError(403, "bad_callback", "The call-back does not present the secret.");
        return z
          .object({
            tasks: z.array(z.string()).optional(),
            externalRefs: z.array(z.string()).optional(),
          })
          .parse(JSON.parse(body.toString()));
      },
    },
  };
}

async function progressOf(
  outside: Outside,
  task: ServiceTask<WaitSettings>,
  context: ServiceContext<WaitFacility>,
): Promise<Progress> {
  const job = outside.find(task.externalRef);
  if (!job || context.now().getTime() < job.doneAt)
    return { settled: [], againInSeconds: 600, note: `Library ${task.group} is at work.` };
  const files = await task.files();
  return {
    settled: files.map(({ request, file, settings: { outcome, signature } }) => {
      const error = { class: "unavailable", message: "The library could not read the tape." };
      if (outside.evicted.delete(`${request}/${file}`))
        return {
          request,
          file,
          status: "gone_back",
          error: { class: "evicted", message: "The staged copy was evicted." },
        };
      if (outcome !== "success") return { request, file, status: outcome, error };
      const query = signature === undefined ? "" : `?Signature=${signature}`;
      const location = `https://disk.example/${request}/${file}${query}`;
      return { request, file, status: "success", location };
    }),
  };
}

function keyOf({ request, file }: FileKey): FileKey {
  return { request, file };
}
