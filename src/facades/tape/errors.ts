// The sentences of LTFSEE Globus, where it has one.
import type { Request, Response } from "express";
import { type FieldError, RequestError, retryAfter, UnavailableError } from "../../errors.ts";
import type { Reply } from "../../http/route.ts";

/** Its clients show `message`; `errors` is by field, as LTFSEE Globus has it. */
export function messageReply(error: unknown, requestId: string): Reply {
  if (error instanceof RequestError) {
    const { errors, message, status } = error;
    const fields = Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
    const body = errors.length > 0 ? { errors: fields, message } : { message };
    return { status, body, headers: retryAfter(error) };
  }
  if (error instanceof UnavailableError)
    return { status: 503, body: { message: error.message }, headers: retryAfter(error) };
  return {
    status: 500,
    body: { message: `The service failed at this; its log has the reason under ${requestId}.` },
  };
}

export function noKey(): RequestError {
  return new RequestError(401, "unauthorized", "Missing or invalid auth tokens");
}

export function noSuchFile(): RequestError {
  return new RequestError(404, "not_found", "No such file");
}

export function badFields(errors: FieldError[]): RequestError {
  return new RequestError(400, "bad_body", "Input payload validation failed", errors);
}

export function badPath(message: string): RequestError {
  return new RequestError(400, "bad_path", message);
}

export function nothingAt(path: string): RequestError {
  return new RequestError(404, "not_found", `There is nothing at ${path}.`);
}

export function badMethod(_: Request, response: Response): never {
  response.setHeader("allow", "POST");
  const sentence = "The method is not allowed for the requested URL.";
  throw new RequestError(405, "bad_method", sentence);
}

/** The tape system cannot be asked now: the same call later may get an answer. */
export function tapeAway(message: string): UnavailableError {
  return new UnavailableError(message, 30);
}

/** Asking again cannot help; another Globus task begins anew. */
export function notRecalled(message: string): RequestError {
  return new RequestError(422, "not_recalled", message);
}

export function canceled(): RequestError {
  return new RequestError(409, "canceled", "The recall of this file was canceled.");
}
