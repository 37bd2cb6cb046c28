import type { Command } from "commander";
import { holderOf } from "../../../folder-lock.ts";
import { localAddress } from "../../../local-token.ts";
import type { Longshore } from "../../client.ts";
import { type Fetch, fetchWith } from "../../credentials.ts";
import { ApiError, isOfService, UnreachableError } from "../../errors.ts";
import { exits, exitsOf } from "../exit-codes.ts";
import { howToReach, usedWrongly } from "../exits.ts";
import { thisCommand } from "../help/this-command.ts";
import { clean, print, printJson } from "../print/print.ts";
import { findService, type ServiceOptions, withService } from "../service.ts";
import { tokenAdvice } from "../token-advice.ts";

const aliveStates = ["submitted", "lookup", "running", "canceling"] as const;
/** of each state: a page of the list */
const mostCounted = 200;
/** More than the service itself waits for what it needs. */
const answerMilliseconds = 8_000;

export interface ServiceStatus {
  state: "ready" | "not ready" | "not reachable";
  url: string;
  /** what cannot be used, or needs an operator, by name */
  missing: Record<string, string>;
  warnings: Record<string, string>;
  version: string | null;
  /** of the service that runs here; null where it runs elsewhere, or none does */
  data_dir: string | null;
  pid: number | null;
  /** up to 200 of each state; null where it does not answer, or refuses to count them */
  requests: Record<(typeof aliveStates)[number], number> | null;
  /** why it refuses to, such as a token that was revoked, and what to do */
  refused: string | null;
}

export function addStatus(program: Command): void {
  withService(program.command("status"))
    .description(
      `is a service running, here or at another address, and is it ready: ${exitsOf("status")}`,
    )
    .argument("[request]")
    .action(showStatus);
}

async function showStatus(
  request: string | undefined,
  { json, ...address }: ServiceOptions & { json?: boolean },
): Promise<void> {
  if (request !== undefined)
    throw usedWrongly(
      "This is the status of the service. That of a request is shown by " +
        `\`${thisCommand()} show ${clean(request)}\`.`,
    );
  const status = await statusOf(address);
  if (json) printJson(status);
  else for (const line of linesOf(status)) print(line);
  process.exitCode = status.state === "ready" ? exits.done : exits.notReachable;
}

async function statusOf(address: ServiceOptions): Promise<ServiceStatus> {
  const { readClientConfig } = await import("../../../config.ts");
  const { dataDir } = readClientConfig();
  const holder = holderOf(dataDir);
  const here = holder && localAddress(dataDir);
  const service = await findService(address, here);
  const { url } = service;
  // Whose address is not known here may be on this folder, too.
  const isHere = holder !== undefined && (here === undefined || sameOrigin(here, url));
  const found: ServiceStatus = {
    state: "not reachable",
    url,
    missing: {},
    warnings: {},
    version: null,
    data_dir: isHere ? dataDir : null,
    pid: isHere ? holder.pid : null,
    requests: null,
    refused: null,
  };
  try {
    Object.assign(found, await readinessAt(url));
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    found.missing.service = error.message;
    return found;
  }
  // A service that is still starting holds these calls.
  if ("service" in found.missing) return found;
  const { Longshore } = await import("../../client.ts");
  const client = new Longshore(service);
  const call = fetchWith(url, service.token);
  const [version, counted] = await Promise.all([
    versionAt(url, call).catch(nullOfService),
    countRequests(client).catch(notCounted),
  ]);
  return { ...found, version, ...counted };
}

/** The service is there: the rest is shown as far as it tells. */
function nullOfService(error: unknown): null {
  if (isOfService(error)) return null;
  throw error;
}

function notCounted(error: unknown): Pick<ServiceStatus, "requests" | "refused"> {
  const isRefusal = error instanceof ApiError && error.status < 500;
  const refused = isRefusal ? (tokenAdvice(error) ?? error.message) : nullOfService(error);
  return { requests: null, refused };
}

async function readinessAt(
  url: string,
): Promise<Pick<ServiceStatus, "state" | "missing" | "warnings">> {
  const call = fetchWith(url, undefined);
  const { code, body } = await answerOf<Partial<ServiceStatus> & { status: string }>(
    `${url}/readyz`,
    call,
  );
  if (body.status !== "ready" && body.status !== "not ready")
    throw new UnreachableError(url, `what answers there with ${code} is something else`);
  return { state: body.status, missing: body.missing ?? {}, warnings: body.warnings ?? {} };
}

/** The document of its API says which version it is. */
async function versionAt(url: string, call: Fetch): Promise<string | null> {
  const address = `${url}/openapi.json`;
  const { body } = await answerOf<{ info: { version?: string } }>(address, call);
  return body.info?.version ?? null;
}

/** What is not JSON is an empty answer. */
async function answerOf<Body>(
  address: string,
  call: Fetch,
): Promise<{ code: number; body: Partial<Body> }> {
  const signal = AbortSignal.timeout(answerMilliseconds);
  const response = await call(new Request(address, { signal }));
  const text = await response.text();
  try {
    return { code: response.status, body: (JSON.parse(text) ?? {}) as Partial<Body> };
  } catch (error) {
    if (error instanceof SyntaxError) return { code: response.status, body: {} };
    throw error;
  }
}

async function countRequests(
  client: Longshore,
): Promise<Pick<ServiceStatus, "requests" | "refused">> {
  const signal = AbortSignal.timeout(answerMilliseconds);
  const counts = aliveStates.map(async (state) => {
    const { items } = await client.list({ state, limit: mostCounted }, { signal });
    return [state, items.length] as const;
  });
  const requests = Object.fromEntries(await Promise.all(counts)) as ServiceStatus["requests"];
  return { requests, refused: null };
}

function sameOrigin(one: string, other: string): boolean {
  return new URL(one).origin === new URL(other).origin;
}

function linesOf({ state, url, missing, warnings, ...more }: ServiceStatus): string[] {
  const { version, data_dir: dataDir, pid, requests, refused } = more;
  const name = version === null ? "Longshore" : `Longshore ${clean(version)}`;
  const first = {
    ready: `${name} is ready at ${url}`,
    "not ready": `${name} at ${url} is not ready`,
    "not reachable": clean(missing.service ?? ""),
  }[state];
  const away = state === "not reachable" ? [] : Object.entries(missing);
  return [
    first,
    ...away.map(([part, why]) => `${part.padEnd(12)} ${clean(why)}`),
    ...Object.entries(warnings).map(([part, why]) => `${part.padEnd(12)} ${clean(why)}`),
    ...(dataDir === null ? [] : [`data folder  ${clean(dataDir)} (process ${pid})`]),
    ...(requests === null ? [] : [`requests     ${countsOf(requests)}`]),
    ...(refused === null ? [] : [`requests     not shown: ${clean(refused)}`]),
    ...(state === "not reachable" && pid === null ? [howToReach()] : []),
  ];
}

function countsOf(requests: NonNullable<ServiceStatus["requests"]>): string {
  const counts = Object.entries(requests).filter(([, count]) => count > 0);
  const text = (count: number) => (count < mostCounted ? String(count) : `${count} or more`);
  return counts.map(([state, count]) => `${text(count)} ${state}`).join(", ") || "none alive";
}
