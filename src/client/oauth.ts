// The service's OAuth endpoints: how a command without a browser gets an API token, and ends it.
import { setTimeout as pauseFor } from "node:timers/promises";
import { ApiError, retryAfterOf, UnreachableError } from "./errors.ts";
import { fetchFrom } from "./reply.ts";

export interface DeviceCode {
  /** what the person types */
  user_code: string;
  /** where they do */
  verification_uri: string;
  verification_uri_complete?: string;
  expires_in: number;
}

export interface DeviceLogin {
  /** what the person is shown as the program, and what the token is called */
  client: string;
  scopes: readonly string[];
  onCode(code: DeviceCode): void;
  pause?(seconds: number): Promise<unknown>;
}

/**
 * Resolves with an API token when a person has approved it in a browser (RFC 8628). Rejects with
 * `ApiError` where they refuse (`access_denied`) or nobody does it in time (`expired_token`).
 */
export async function loginByDevice(
  url: string,
  { client, scopes, onCode, pause = (seconds) => pauseFor(seconds * 1_000) }: DeviceLogin,
): Promise<string> {
  const asked = { client_id: client, scope: scopes.join(" ") };
  const begun = await post<Begun>(url, "device_authorization", asked);
  onCode(begun);
  const poll = { grant_type: grant, device_code: begun.device_code, client_id: client };
  for (let seconds = begun.interval ?? 5; ; ) {
    await pause(seconds);
    try {
      const { refresh_token: token } = await post<{ refresh_token?: string }>(url, "token", poll);
      if (token !== undefined) return token;
      throw new UnreachableError(url, "the server there gives no API token");
    } catch (error) {
      if (isSlowDown(error)) seconds += 5;
      else if (!goesOn(error)) throw error;
    }
  }
}

const grant = "urn:ietf:params:oauth:grant-type:device_code";

interface Begun extends DeviceCode {
  device_code: string;
  interval?: number;
}

/** Ends an API token at its service. One that is good for nothing there is ended already. */
export async function revokeToken(url: string, token: string): Promise<void> {
  await post(url, "revoke", { token });
}

async function post<Body>(
  url: string,
  path: string,
  fields: Record<string, string>,
): Promise<Body> {
  const request = new Request(`${url}/oauth/${path}`, {
    method: "POST",
    body: new URLSearchParams(fields),
    // Whoever a redirect leads to is not whom a token is for.
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  const response = await fetchFrom(url, request);
  const body = objectOf(await response.text());
  if (response.ok && body !== undefined) return body as Body;
  const { error, error_description: detail } = (body ?? {}) as Record<string, unknown>;
  const { status } = response;
  const retryAfterSeconds = retryAfterOf(response);
  if (typeof error === "string")
    throw new ApiError(status, error, String(detail ?? error), { retryAfterSeconds });
  throw new UnreachableError(
    url,
    `the server there returned ${status}, and is no Longshore with sign-in`,
    { status, retryAfterSeconds },
  );
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSlowDown(error: unknown): boolean {
  return error instanceof ApiError && error.code === "slow_down";
}

/** Nobody has answered yet, or the service is away for a while. */
function goesOn(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return (
    error instanceof ApiError && (error.code === "authorization_pending" || error.status >= 500)
  );
}
