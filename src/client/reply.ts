// What a call returns: data, an error of the service, or that it cannot be reached.
import { ApiError, retryAfterOf, UnreachableError, unreachable } from "./errors.ts";

/** Rejects with `UnreachableError` where nothing answers, or an answer breaks off. */
export async function fetchFrom(url: string, request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    return isEventStream(response) ? response : await wholeResponse(response);
  } catch (error) {
    if (request.signal.aborted && !isTimeOut(request.signal)) throw error;
    throw unreachable(url, error);
  }
}

/** Time is up for the service to answer. */
export function isTimeOut({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

function isEventStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

/** Read here, so that a response that breaks off is an error of the connection. */
async function wholeResponse(response: Response): Promise<Response> {
  const { status, statusText, headers } = response;
  const text = await response.text();
  return new Response(status === 204 ? null : text, { status, statusText, headers });
}

export interface Reply<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Throws `ApiError` if the service refused the call. */
export function dataOf<Data>(url: string, { data, error, response }: Reply<Data>): Data {
  if (data !== undefined) return data;
  const { type, detail, errors } = (error ?? {}) as {
    type?: string;
    detail?: string;
    errors?: ApiError["errors"];
  };
  const { status } = response;
  const retryAfterSeconds = retryAfterOf(response);
  if (type === undefined || detail === undefined)
    throw new UnreachableError(url, `the server there returned ${status} and is not Longshore`, {
      status,
      retryAfterSeconds,
    });
  throw new ApiError(status, type.replace(/^.*:/, ""), detail, { errors, retryAfterSeconds });
}
