import { ownerOf } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { notFound } from "../../errors.ts";
import { untilGone } from "../../http/route.ts";
import { maskSettings, own, readsMaskOfFacility } from "../../operations/extract/facility.ts";
import { stopAndDelete } from "../../requests/lifecycle/stop-and-delete.ts";
import type { IsimipConfig } from "../../settings/isimip.ts";
import type { Endpoint } from "../endpoint.ts";
import { questionOf } from "./ask.ts";
import { operationNames } from "./check-operations.ts";
import { findJob } from "./find-job.ts";
import { jobOf } from "./job.ts";
import { output } from "./output.ts";
import type { Version } from "./question.ts";
import { withData } from "./read-data.ts";
import { countJobs } from "./store.ts";
import { submitJob } from "./submit-job.ts";

const root = (version: Version) => `/isimip/api/${version}` as const;

/** Clients post without a slash, others with one: Express takes both, and nobody is redirected. */
function endpointsOf(version: Version): Endpoint[] {
  return [
    {
      method: "post",
      path: root(version),
      access: "request.submit",
      async answer({ ctx, caller, request, response }) {
        const config = configOf(ctx);
        return withData(ctx, request, version, async (sent) => {
          const asked = await questionOf(sent, version, config);
          const given = { config, gone: untilGone(response) };
          const { id, request: view, created } = await submitJob(ctx, caller, asked, given);
          const body = await jobOf(ctx, view, { version, id, caller });
          return { status: created ? 201 : 200, body };
        });
      },
    },
    {
      method: "get",
      path: `${root(version)}/:id`,
      access: "request.read",
      async answer({ ctx, caller, params: { id = "" } }) {
        const view = await findJob(ctx, caller, version, id);
        return { status: 200, body: await jobOf(ctx, view, { version, id, caller }) };
      },
    },
    {
      method: "delete",
      path: `${root(version)}/:id`,
      access: "request.delete",
      async answer({ ctx, caller, params: { id = "" } }) {
        await stopAndDelete(ctx, await findJob(ctx, caller, version, id), caller, "job");
        return { status: 204 };
      },
    },
  ];
}

const rootOfV1: Endpoint = {
  method: "get",
  path: root("v1"),
  access: "service.read",
  answer: () => ({ status: 200, body: { status: "ok" } }),
};

const rootOfV2: Endpoint = {
  method: "get",
  path: root("v2"),
  access: "service.read",
  async answer({ ctx, caller }) {
    const { started, finished, failed } = await countJobs(ctx.db.query, ownerOf(caller) ?? "");
    const base = ctx.urls.public();
    const body = {
      status: "ok",
      jobs: { started, deferred: 0, finished, failed, scheduled: 0 },
      operations: operationsOf(ctx),
      base_url: base + root("v2"),
      output_url: `${base}/isimip/output`,
    };
    return { status: 200, body };
  },
};

/** Those of which this service has what they need. */
function operationsOf({ config }: Context): string[] {
  const facility = own(config.facility.extract ?? {});
  return operationNames.filter(
    (name) => !readsMaskOfFacility(name) || facility[maskSettings[name]] !== undefined,
  );
}

function configOf({ config }: Context): IsimipConfig {
  if (config.isimip) return config.isimip;
  throw notFound("page", "/isimip");
}

export const isimipEndpoints: Endpoint[] = [
  rootOfV1,
  rootOfV2,
  ...endpointsOf("v1"),
  ...endpointsOf("v2"),
  output,
];
