import { decodeCursor, encodeCursor } from "../../cursor.ts";
import { claimTasks } from "../../tasks/claim.ts";
import { type FileCursor, firstFile, listTaskFiles } from "../../tasks/list-files.ts";
import { recordProgress } from "../../tasks/progress.ts";
import { progressBody, settledFiles } from "../../tasks/progress-schema.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/tasks.ts";

export const claimServiceTasks = route({
  method: "post",
  path: "/v1/tasks/claim",
  name: "claimTasks",
  tag: "tasks",
  access: "tasks",
  summary: "Take tasks of service operations that are due; each is leased to this agent",
  body: {
    schema: schema.claimBody,
    example: { agent: "tape-host-1", operations: ["stage"], max: 10, wait_seconds: 0 },
  },
  responses: { 200: { description: "Tasks, or none.", schema: schema.claimAnswer } },
  async handler(ctx, { caller, body, gone }) {
    const { agent, operations, max, wait_seconds: waitSeconds } = body;
    const tasks = await claimTasks(ctx, caller, agent, { operations, max, waitSeconds }, gone());
    return { status: 200, body: { tasks } };
  },
});

export const listFilesOfTask = route({
  method: "get",
  path: "/v1/tasks/{task}/files",
  name: "listFilesOfTask",
  tag: "tasks",
  access: "tasks",
  summary: "Files that are open in a task, or that it has to abort or release",
  params: schema.taskParams,
  query: schema.filesQuery,
  responses: { 200: { description: "A page of files.", schema: schema.filesAnswer } },
  async handler(ctx, { params: { task }, query: { state, cursor, limit }, caller }) {
    const after = cursor === undefined ? firstFile : fileCursor(cursor);
    const items = await listTaskFiles(ctx, caller, task, { state, after, limit });
    const last = items.at(-1);
    const next = last && items.length === limit ? encodeCursor([last.request, last.file]) : null;
    return { status: 200, body: { items, next } };
  },
});

function fileCursor(cursor: string): FileCursor {
  const [request = "", file] = decodeCursor(cursor, ["uuid", "number"]);
  return { request, file: Number(file) };
}

export const reportTaskProgress = route({
  method: "post",
  path: "/v1/tasks/{task}/progress",
  name: "reportTaskProgress",
  tag: "tasks",
  access: "tasks",
  summary: "Record how a task stands; durable before the answer",
  params: schema.taskParams,
  body: {
    schema: progressBody,
    limitMegabytes: 16,
    list: settledFiles,
    text: "replace",
    example: {
      agent: "tape-host-1",
      settled: [
        {
          request: "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11",
          file: 42,
          status: "success",
          location: "file:///archive/run7/42.nc",
        },
      ],
      externalRef: "recall-1017",
      againInSeconds: 120,
      note: "37 files are on their way from tape.",
    },
  },
  responses: {
    200: { description: "Whether the task is still this agent's.", schema: schema.progressAnswer },
  },
  async handler(ctx, { params: { task }, body: { agent, ...progress }, caller }) {
    const lease = await recordProgress(ctx, caller, agent, task, progress);
    return { status: 200, body: { lease } };
  },
});
