import { join } from "node:path";
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { giveUpKey, requestWithKey } from "../../requests/lifecycle/of-key.ts";
import { submit } from "../../requests/lifecycle/submit.ts";
import type { RequestView } from "../../requests/views.ts";
import type { IsimipConfig } from "../../settings/isimip.ts";
import type { Asked } from "./ask.ts";
import { BadJobError } from "./errors.ts";
import { isExpired } from "./find-job.ts";
import { statusOf } from "./job.ts";
import { jobIdOf, keyOf, masksOf } from "./job-id.ts";
import type { Question } from "./question.ts";

interface Submitted {
  id: string;
  request: RequestView;
  created: boolean;
}

/** The job of the question: the known one, unless it has expired or is to be tried again. */
export async function submitJob(
  ctx: Context,
  caller: Caller,
  asked: Asked,
  { config, gone }: { config: IsimipConfig; gone: AbortSignal },
): Promise<Submitted> {
  const { question } = asked;
  const id = jobIdOf(asked, await masksOf(question, ctx.config));
  const key = keyOf(question.version, id);
  const known = await requestWithKey(ctx, caller, key);
  if (known && !(await isOver(ctx, known, question))) return { id, request: known, created: false };
  if (known) await giveUpKey(ctx, caller, known.id, key);
  const input = {
    dataset: { files: question.paths.map((path) => join(config.inputPath, path)) },
    attachments: question.uploads,
    steps: [{ operation: "extract", settings: settingsOf(ctx, question) }],
    facade: { isimip: { version: question.version, job: id, notes: question.notes } },
  };
  const sent = { key: { key, bodyHash: id }, gone };
  const { request, created } = await inWords(submit(ctx, caller, input, sent));
  return { id, request, created };
}

/** Clients of version 1 poll by the same POST: they must see that a job has failed. */
const failureSeconds = { v1: 86_400, v2: 0 };

async function isOver(ctx: Context, view: RequestView, { version }: Question): Promise<boolean> {
  if (await isExpired(ctx, view)) return true;
  if (statusOf(view) !== "failed" || view.finished_at === null) return false;
  return Date.now() - Date.parse(view.finished_at) >= failureSeconds[version] * 1000;
}

function settingsOf(ctx: Context, { operations, version }: Question): Record<string, unknown> {
  const extract = ctx.operations.get("extract");
  if (!extract) throw new BadJobError({ operations: ["extract is not offered by this service."] });
  const read = extract.settings.safeParse({ operations, zip: version });
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new BadJobError({ operations: problems });
}

/** What the service finds wrong with a request is a mistake in the job. */
async function inWords<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RequestError) || error.status !== 422) throw error;
    const key = error.code === "unreadable_files" ? "paths" : "operations";
    throw new BadJobError({ [key]: [error.message] });
  }
}
