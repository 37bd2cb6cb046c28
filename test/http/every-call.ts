// Every call that the service answers: routes of the API, endpoints of façades, pages.
import { readConfig } from "../../src/config.ts";
import { isimipEndpoints } from "../../src/facades/isimip/endpoints.ts";
import { attemptToken } from "../../src/facades/servicex/attempt-token.ts";
import { servicexEndpoints } from "../../src/facades/servicex/index.ts";
import { pageEndpoints } from "../../src/facades/servicex/pages.ts";
import { openTape } from "../../src/facades/tape/tape.ts";
import { endpointsOf, base as tapeRest } from "../../src/facades/tape-rest/endpoints.ts";
import { oauthEndpoints } from "../../src/http/oauth/endpoints.ts";
import { exampleOf } from "../../src/http/openapi.ts";
import { routes } from "../../src/http/routes/index.ts";
import { silentLog } from "../../src/log.ts";
import { allOperations } from "../../src/operations/index.ts";
import type { Action, Decision } from "../../src/users/policy.ts";
import { pages } from "../../src/web/index.ts";
import type { Call } from "../support/api.ts";
import type { Ledger } from "../support/context.ts";

export interface Case {
  method: string;
  path: string;
  access: Action;
  body?: unknown;
  /** the address itself says who calls */
  signed?: boolean;
  /** what a form sends */
  form?: string;
}

/** With these the calls for tape files and jobs are answered, of which none is there. */
export const withFacades = {
  ...{ STAGE_BACKEND: "eeadm", STAGE_ROOTS: "/tape" },
  ...{ INPUT_ROOTS: "/", ISIMIP_INPUT_PATH: "/etc" },
  OPERATIONS: "noop,transform,stage,extract",
};

const ofTapeRest = endpointsOf({
  system: openTape({ config: readConfig(withFacades, allOperations), log: silentLog() }),
  limitsOf: () => undefined,
});

export const cases: Case[] = [
  ...routes.map(({ method, path, access, body }) => ({
    method,
    path,
    access,
    body: body && exampleOf(body, { inputFolder: "/data", operations: allOperations }),
  })),
  ...[...servicexEndpoints, ...pageEndpoints, ...isimipEndpoints].map(
    ({ method, path, access, callerOf }) => ({
      method,
      path: path.replaceAll(/:(\w+)/g, "{$1}"),
      access,
      signed: callerOf !== undefined,
      body: path.endsWith("/file-complete") ? { "file-id": 0, status: "failure" } : {},
    }),
  ),
  ...ofTapeRest.map(({ method, path, access }) => ({
    method,
    path: path.replaceAll(/:(\w+)/g, "{$1}"),
    access,
    body: path.endsWith("/stage") ? {} : { paths: [] },
  })),
  ...oauthEndpoints.map(({ method, path, access }) => ({ method, path, access, form: "token=x" })),
  ...pages.map(({ method, path, access }) => ({ method, path, access, form: "confirm=yes" })),
];

export const zipOfJob = "/isimip/output/{request}/{signature}/{name}";

/**
 * Who may call these gets a 404 here: no request has a deployment or is a stage request, and this
 * service has no task, no message, no call-back and no job.
 */
export const neverFound = [
  "/servicex/transformation/{id}/deployment-status",
  `${tapeRest}/stage/{id}`,
  `${tapeRest}/stage/{id}/cancel`,
  `${tapeRest}/release/{id}`,
  "/v1/tasks/{task}/files",
  "/v1/tasks/{task}/progress",
  "/v1/work/tasks/{task}/replicas/{replica}",
  "/v1/callbacks/{operation}",
  "/requests/{id}/results/{result}",
  "/v1/notices/{notice}/again",
  "/admin/notices/{notice}/again",
  "/isimip/api/v1/{id}",
  "/isimip/api/v2/{id}",
  zipOfJob,
];

/** The id of nothing. */
export const elsewhere = "00000000-0000-4000-8000-000000000000";

export interface Fixture {
  request: string;
  file: number;
  dataset: string;
}

/** An ended request. */
export async function ended(ledger: Ledger, owner: string): Promise<Fixture> {
  const request = await ledger.submit(1, { owner });
  const [task] = await ledger.claim(1, { request });
  if (!task) throw new Error("no task");
  await ledger.report(task, "success");
  const { dataset } = await ledger.ended(request);
  return { request, file: task.file, dataset: dataset.id };
}

export const isOfDataset = ({ path }: Case) => /\/datasets\/\{/.test(path);
export const isOfRequest = ({ path }: Case) =>
  /\/(requests|transformation(-request)?)\/+\{id\}/.test(path);

/** `more`: what other names in the path stand for. */
export function addressOf(
  it: Case,
  { request, file, dataset }: Fixture,
  { ctx }: Ledger,
  more: Record<string, string> = {},
): string {
  const attempt = { request, step: 1, file, attempt: 1 };
  const values: Record<string, string> = {
    id: isOfDataset(it) ? dataset : request,
    file: String(file),
    dataset,
    token: attemptToken(ctx.signingKey, attempt),
    operation: "noop",
    owner: "ann",
    task: elsewhere,
    replica: "0",
    facade: "servicex",
    ...more,
  };
  const query = it.path.includes("{replica}") ? "?worker=w" : "";
  return it.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? name) + query;
}

/** What the policy has decided, by the status of an answer. */
export const refusals: Record<number, Decision> = {
  401: "sign_in",
  403: "forbidden",
  404: "not_found",
};

export function contentOf(
  it: Case,
  headers: Record<string, string>,
  fixture: Pick<Fixture, "file">,
  /** more of a form */
  fields = "",
): Pick<Call, "headers" | "body"> {
  if (it.method === "get") return { headers };
  const contentType = it.form ? "application/x-www-form-urlencoded" : "application/json";
  const body = { ...(it.body as object) };
  if ("file-id" in body) Object.assign(body, { "file-id": fixture.file });
  // The example waits for work, and here is none
  if ("wait_seconds" in body) Object.assign(body, { wait_seconds: 0 });
  return {
    headers: { ...headers, "content-type": contentType },
    ...(it.method !== "delete" && { body: it.form ? it.form + fields : JSON.stringify(body) }),
  };
}
