// A request that has ended: its failures, a redrive, its deletion.
import { z } from "zod";
import { deleteRequest as removeRequest } from "../../requests/lifecycle/delete.ts";
import { redrive } from "../../requests/lifecycle/redrive.ts";
import { listErrors } from "../../requests/read/error-groups.ts";
import { route } from "../route.ts";
import { requestParams } from "../schemas/params.ts";
import { requestView } from "../schemas/request.ts";
import { onTheWire } from "./requests.ts";

const errorGroup = z
  .object({
    fingerprint: z.string(),
    class: z.string(),
    message: z.string().meta({ description: "With numbers, paths and ids taken out." }),
    count: z.number().int(),
    share: z.number().meta({ description: "Of all failed files; from 0 to 1." }),
    examples: z.array(
      z.object({
        file: z.number().int(),
        paths: z.array(z.string()),
        message: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "ErrorGroup" });

export const listRequestErrors = route({
  method: "get",
  path: "/v1/requests/{id}/errors",
  name: "listErrors",
  tag: "files",
  access: "request.read",
  summary: "List why files failed, in groups, the largest first",
  params: requestParams,
  responses: {
    200: {
      description: "The groups.",
      schema: z.object({ items: z.array(errorGroup), next: z.string().nullable() }),
    },
  },
  handler: async (ctx, { params, caller }) => ({
    status: 200,
    body: { items: await listErrors(ctx, params.id, caller), next: null },
  }),
});

const redriveBody = z
  .strictObject({
    errors: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(1000)
      .optional()
      .meta({ description: "Fingerprints of error groups." }),
    files: z.array(z.number().int().min(1)).min(1).max(100_000).optional(),
  })
  .meta({
    id: "Redrive",
    description:
      "Empty: every failed file, or the failed results of the whole request; of an open request, " +
      "every file that was given back too often.",
  });

const redriven = requestView
  .extend({
    redriven: z.number().int().min(0).meta({
      description:
        "Files that are tried again; 0: only results of the whole request are made again.",
    }),
  })
  .meta({ id: "Redriven" });

export const redriveRequest = route({
  method: "post",
  path: "/v1/requests/{id}/redrive",
  name: "redriveRequest",
  tag: "requests",
  access: "request.change",
  summary: "Open the next round with failed files, or let workers have files again",
  description:
    "The earlier results stay. Of an open request, workers may have the files again that they " +
    "gave back too often.",
  params: requestParams,
  body: {
    schema: redriveBody,
    limitMegabytes: 4,
    mostValues: 110_000,
    example: {},
  },
  responses: {
    200: { description: "It runs again.", schema: redriven },
    409: {
      description:
        "It is canceled, running or deleted, or no chosen file has failed or was given back.",
    },
  },
  async handler(ctx, { params, caller, body, gone }) {
    const { request, files } = await redrive(ctx, params.id, caller, body, gone());
    return { status: 200, body: { ...onTheWire(ctx, request), redriven: files } };
  },
});

export const deleteRequest = route({
  method: "delete",
  path: "/v1/requests/{id}",
  name: "deleteRequest",
  tag: "requests",
  access: "request.delete",
  summary: "Delete a request that has ended, with its rows and its results; its receipt stays",
  description:
    "From this call on, the request and its results are not found. What is left of a large one " +
    "is removed after the answer.",
  params: requestParams,
  responses: {
    204: { description: "It is deleted, or was being deleted already." },
    409: { description: "It has not ended: cancel it first." },
  },
  async handler(ctx, { params, caller }) {
    await removeRequest(ctx, params.id, caller);
    return { status: 204 };
  },
});
