// What a call of the client has in `Authorization`. An API token is exchanged for access tokens,
// which are kept in memory alone; any other token is sent as it is.
import { ApiError, retryAfterOf, UnreachableError, unreachable } from "./errors.ts";
import { fetchFrom, isTimeOut } from "./reply.ts";

export type Fetch = (request: Request) => Promise<Response>;

/**
 * Calls the service at `url`. An access token is replaced before it ends, and once more where the
 * service says that it has ended: its clock, or this machine's sleep, may have been otherwise.
 */
export function fetchWith(
  url: string,
  token: string | undefined,
  /** in milliseconds, from anywhere */
  now: () => number = () => performance.now(),
): Fetch {
  if (token === undefined || !isApiToken(token))
    return (request) => fetchFrom(url, signed(request, token));
  const access = accessTokens(url, token, now);
  return async (request) => {
    const used = await access.get(request.signal);
    const response = await fetchFrom(url, signed(request.clone(), used));
    if (!(await saysExpired(response))) return response;
    access.forget(used);
    return fetchFrom(url, signed(request, await access.get(request.signal)));
  };
}

/** By what it says itself; whether that is true is for the service to say. */
export function isApiToken(token: string): boolean {
  const [, payload = "", ...rest] = token.split(".");
  if (rest.length !== 1) return false;
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString())?.type === "refresh";
  } catch {
    return false;
  }
}

function signed(request: Request, token: string | undefined): Request {
  if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

async function saysExpired(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const problem = await jsonOf<{ type: string }>(response.clone());
  return problem.type === "urn:longshore:problem:expired_token";
}

interface Access {
  /** undefined: identity is off, and no token is needed */
  token: string | undefined;
  renewAt: number;
  endAt: number;
}

/** The last minute of an access token, or of a short one the last half, is left unused. */
const marginMilliseconds = 60_000;
const mostMilliseconds = 30_000;

/** One exchange at a time, for all calls that need it. */
function accessTokens(url: string, apiToken: string, now: () => number) {
  let held: Access | undefined;
  let coming: Promise<Access> | undefined;

  async function fresh(): Promise<string | undefined> {
    if (held && now() < held.renewAt) return held.token;
    coming ??= exchange(url, apiToken, now).finally(() => {
      coming = undefined;
    });
    try {
      held = await coming;
    } catch (error) {
      // The one that is held is still good, and the next call tries again.
      if (!(held && now() < held.endAt && mayPass(error))) throw error;
    }
    return held.token;
  }

  return {
    get: (signal: AbortSignal) => orAborted(url, fresh(), signal),
    forget(token: string | undefined): void {
      if (held?.token === token) held = undefined;
    },
  };
}

/** Throws `ApiError` where the service refuses the API token. */
async function exchange(url: string, apiToken: string, now: () => number): Promise<Access> {
  const asked = now();
  const request = new Request(`${url}/token/refresh`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiToken}` },
    // Whoever a redirect leads to is not whom the token is for.
    redirect: "error",
    signal: AbortSignal.timeout(mostMilliseconds),
  });
  const response = await fetchFrom(url, request);
  const body = await jsonOf<Refreshed & Refused>(response);
  if (!response.ok || typeof body.access_token !== "string") throw refusalOf(url, response, body);
  const lasts = Number(body.expires_in ?? 3_600) * 1_000;
  const endAt = asked + lasts;
  const renewAt = endAt - Math.min(marginMilliseconds, lasts / 2);
  return { token: body.auth_disabled === true ? undefined : body.access_token, renewAt, endAt };
}

interface Refreshed {
  access_token: string;
  expires_in: number;
  auth_disabled: boolean;
}

interface Refused {
  message: string;
  code: string;
}

function refusalOf(url: string, response: Response, { message, code }: Partial<Refused>): Error {
  const { status } = response;
  const retryAfterSeconds = retryAfterOf(response);
  if (typeof message === "string")
    return new ApiError(status, code ?? "unauthorized", message, { retryAfterSeconds });
  const why = `the server there returned ${status} and is not Longshore`;
  return new UnreachableError(url, why, { status, retryAfterSeconds });
}

function mayPass(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ApiError && error.status >= 500);
}

/** What is not JSON is an empty answer. */
async function jsonOf<Body>(response: Response): Promise<Partial<Body>> {
  try {
    return (JSON.parse(await response.text()) ?? {}) as Partial<Body>;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** One call that is given up ends nothing for the others. */
function orAborted<Value>(url: string, value: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(isTimeOut(signal) ? unreachable(url, signal.reason) : signal.reason);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
