import type { z } from "zod";
import type { Caller } from "../../auth/caller.ts";
import { inputRules } from "../../inputs/fetch.ts";
import { claim, heartbeat } from "../../requests/dispatch/claim.ts";
import { type ReportDeps, report } from "../../requests/reports/report.ts";
import type { Report, ReportAnswer } from "../../requests/views.ts";
import { thisMachine } from "../../this-machine.ts";
import { timeSlice } from "../../time-slice.ts";
import { badInput } from "../parse.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/work.ts";
import { fieldErrors, mostErrors } from "../sentences.ts";
import { withSettingsOnce } from "../settings-once.ts";

export const claimWork = route({
  method: "post",
  path: "/v1/work/claim",
  name: "claimWork",
  tag: "work",
  access: "work",
  summary: "Claim tasks; each belongs to this worker until its lease ends",
  description:
    "Returns fewer tasks than there are where the answer would be larger than about 8 MB of " +
    "settings or of addresses; at least one if there is work.",
  hot: true,
  body: {
    schema: schema.claimBody,
    example: { worker: "node7-1", operations: ["transform"], max: 4, wait_seconds: 20 },
  },
  responses: { 200: { description: "Tasks, or none.", schema: schema.claimAnswer } },
  async handler(ctx, { caller, body, gone }) {
    const { worker, request, operations, without, max } = body;
    const { wait_seconds: waitSeconds, upload_headers: sendsHeaders } = body;
    const { settings_once: settingsOnce, claim_id: claimId, repeated } = body;
    const { leaves_barred: leavesBarred } = body;
    checkRepeat(body);
    const does = { sendsHeaders, settingsOnce, leavesBarred, claimId, repeated };
    const wanted = { worker, request, operations, without, max, waitSeconds, ...does };
    const tasks = await claim(ctx, caller, wanted, gone());
    return { status: 200, body: settingsOnce ? withSettingsOnce(tasks) : { tasks } };
  },
});

export const workSettings = route({
  method: "get",
  path: "/v1/work/settings",
  name: "workSettings",
  tag: "work",
  access: "work",
  summary: "What the service's own workers may read",
  description:
    "A worker on the service's machine that has no INPUT_ROOTS or INPUT_HOSTS of its own takes " +
    "these. A worker that may not read an input gives the file back (class `no_access`), unless " +
    "the service's own workers may not read it either.",
  responses: { 200: { description: "The rules.", schema: schema.settingsAnswer } },
  async handler({ config, runner }) {
    const { folders, hosts } = await inputRules(config.inputFolders, config.inputHosts);
    const inputs = {
      machine: thisMachine(),
      user: process.getuid?.() ?? null,
      roots: [...new Set(folders.roots)],
      closed: [...new Set(folders.closed)],
      hosts: [...hosts],
      starts_workers: runner.capacity > 0,
    };
    return { status: 200, body: { inputs } };
  },
});

/** A repeated claim names the one that it repeats, and only such a claim may ask for no task. */
function checkRepeat({
  repeated,
  claim_id: claimId,
  max,
}: Pick<z.output<typeof schema.claimBody>, "repeated" | "claim_id" | "max">): void {
  if (repeated && claimId === undefined)
    throw badInput([
      {
        pointer: "/claim_id",
        detail: '"claim_id" is missing: "repeated" needs the id of the earlier claim.',
      },
    ]);
  if (max === 0 && !repeated)
    throw badInput([
      {
        pointer: "/max",
        detail: '"max" must be at least 1, but it is 0: only a claim that is "repeated" may be 0.',
      },
    ]);
}

export const heartbeatWork = route({
  method: "post",
  path: "/v1/work/heartbeat",
  name: "heartbeatWork",
  tag: "work",
  access: "work",
  summary: "Renew the leases of the tasks that the worker holds; the answer lists those to give up",
  hot: true,
  body: {
    schema: schema.heartbeatBody,
    limitMegabytes: 4,
    example: { worker: "node7-1", tasks: ["5b0e…"] },
  },
  responses: {
    200: {
      description: "Tasks that are canceled or no longer this worker's.",
      schema: schema.heartbeatAnswer,
    },
  },
  async handler(ctx, { caller, body }) {
    return { status: 200, body: { give_up: await heartbeat(ctx, caller, body) } };
  },
});

export const reportWork = route({
  method: "post",
  path: "/v1/work/reports",
  name: "reportWork",
  tag: "work",
  access: "work",
  summary: "Report what happened to files; stored durably before the answer",
  description:
    "A report that cannot be read is answered with `refused: why` and does not affect the " +
    "others; a call in which none can be read is refused as a whole.",
  hot: true,
  body: {
    schema: schema.reportsBody,
    documented: schema.documentedReports,
    limitMegabytes: 16,
    list: schema.longReports,
    text: "replace",
    example: {
      worker: "node7-1",
      reports: [
        {
          request: "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11",
          file: 42,
          step: 1,
          attempt: 1,
          status: "success",
          results: [{ name: "42-1.parquet", size: 1024 }],
        },
      ],
    },
  },
  responses: {
    200: {
      description: "One answer for each report, in the same order.",
      schema: schema.reportsAnswer,
    },
  },
  async handler(ctx, { caller, body }) {
    return {
      status: 200,
      body: { answers: await answerReports(ctx, caller, body.worker, body.reports) },
    };
  },
});

async function answerReports(
  ctx: ReportDeps,
  caller: Caller,
  worker: string,
  sent: unknown[],
): Promise<ReportAnswer[]> {
  const refused = new Map<number, ReportAnswer>();
  const errors: { pointer: string; detail: string }[] = [];
  const good: Report[] = [];
  const pause = timeSlice();
  for (const [index, item] of sent.entries()) {
    await pause();
    const parsed = schema.report.safeParse(item, { reportInput: true });
    if (parsed.success) {
      good.push(parsed.data);
      continue;
    }
    const found = fieldErrors(schema.report, parsed.error.issues, ["reports", String(index)]);
    refused.set(index, `refused: ${found[0]?.detail ?? "it cannot be read."}`);
    if (errors.length <= mostErrors) errors.push(...found);
  }
  if (good.length === 0) throw badInput(errors);
  const answers = await report(ctx, caller, worker, good);
  if (refused.size === 0) return answers;
  const next = answers.values();
  return sent.map((_, index) => refused.get(index) ?? next.next().value ?? "unknown");
}
