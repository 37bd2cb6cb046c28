import type { Endpoint } from "../endpoint.ts";
import { archiveInfo } from "./archive-info.ts";
import { readPaths, readStage } from "./bodies.ts";
import { cancelPaths } from "./cancel.ts";
import { deleteStage } from "./delete.ts";
import type { Parts } from "./parts.ts";
import { progressOf } from "./progress.ts";
import { release } from "./release.ts";
import { submitStage } from "./submit.ts";

export const wellKnown = "/.well-known/wlcg-tape-rest-api";
export const base = "/api/v1/tape";

export function endpointsOf(parts: Parts): Endpoint[] {
  return [
    {
      method: "get",
      path: wellKnown,
      access: "service.read",
      answer: ({ ctx }) => ({
        status: 200,
        body: {
          sitename: ctx.config.tape.siteName,
          description: "Longshore brings files from tape by the WLCG Tape REST API.",
          endpoints: [{ uri: ctx.urls.public() + base, version: "v1", metadata: {} }],
        },
      }),
    },
    {
      method: "post",
      path: `${base}/stage`,
      access: "request.submit",
      async answer({ ctx, caller, request }) {
        const paths = await readStage(request, ctx.config.mostFiles);
        const requestId = await submitStage(ctx, parts, caller, paths);
        const location = `${ctx.urls.public()}${base}/stage/${requestId}`;
        return { status: 201, body: { requestId }, headers: { location } };
      },
    },
    {
      method: "get",
      path: `${base}/stage/:id`,
      access: "request.read",
      async answer({ ctx, caller, params: { id = "" } }) {
        return { status: 200, body: await progressOf(ctx, parts, caller, id) };
      },
    },
    {
      method: "delete",
      path: `${base}/stage/:id`,
      access: "request.delete",
      async answer({ ctx, caller, params: { id = "" } }) {
        await deleteStage(ctx, parts, caller, id);
        return { status: 200 };
      },
    },
    {
      method: "post",
      path: `${base}/stage/:id/cancel`,
      access: "request.change",
      async answer({ ctx, caller, request, params: { id = "" } }) {
        await cancelPaths(ctx, parts, caller, { id, paths: await readPaths(request) });
        return { status: 200 };
      },
    },
    {
      method: "post",
      path: `${base}/release/:id`,
      access: "request.change",
      async answer({ ctx, caller, request, params: { id = "" } }) {
        await release(ctx, parts, caller, { id, paths: await readPaths(request) });
        return { status: 200 };
      },
    },
    {
      method: "post",
      path: `${base}/archiveinfo`,
      access: "request.read",
      async answer({ caller, request }) {
        return { status: 200, body: await archiveInfo(parts, caller, await readPaths(request)) };
      },
    },
  ];
}
