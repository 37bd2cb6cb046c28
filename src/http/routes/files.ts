import { z } from "zod";
import { listFiles, readFile } from "../../requests/read/files.ts";
import { route } from "../route.ts";
import { filePage, fileState, fileWithHistory } from "../schemas/file.ts";
import { cursor, fileParams, limit, requestParams, wholeNumber } from "../schemas/params.ts";

export const listRequestFiles = route({
  method: "get",
  path: "/v1/requests/{id}/files",
  name: "listFiles",
  tag: "files",
  access: "request.read",
  summary: "List the files of a request, each with its state",
  params: requestParams,
  query: z.strictObject({
    state: fileState.optional(),
    step: wholeNumber(1000)
      .optional()
      .meta({ override: { type: "integer", minimum: 1 } }),
    error: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "The fingerprint of an error." }),
    prefix: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: "What the file's first path begins with." }),
    cursor,
    limit: limit(1000, 100),
  }),
  responses: { 200: { description: "A page of files.", schema: filePage } },
  async handler(ctx, { params, caller, query }) {
    return { status: 200, body: await listFiles(ctx, params.id, caller, query) };
  },
});

export const getRequestFile = route({
  method: "get",
  path: "/v1/requests/{id}/files/{file}",
  name: "getFile",
  tag: "files",
  access: "request.read",
  summary: "Read a file of a request, with what happened to it",
  params: fileParams,
  responses: { 200: { description: "The file and its history.", schema: fileWithHistory } },
  async handler(ctx, { params, caller }) {
    return { status: 200, body: await readFile(ctx, params.id, params.file, caller) };
  },
});
