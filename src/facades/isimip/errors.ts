import { RequestError, retryAfter, UnavailableError } from "../../errors.ts";
import type { Reply } from "../../http/route.ts";

/** By what they are about; version 1 has texts where version 2 has lists. */
export type ErrorsByKey = Record<string, string | string[]>;

/** What is wrong with a job, in the words of the ISIMIP Files API. */
export class BadJobError extends RequestError {
  readonly byKey: ErrorsByKey;
  constructor(byKey: ErrorsByKey) {
    super(400, "bad_job", Object.values(byKey).flat().join(" "));
    this.byKey = byKey;
  }
}

export const texts = {
  noData: "No json data provided with POST",
  malformed: "Provided json data is malformatted",
  required: "This field is required.",
} as const;

/** Its clients print the JSON of an error whole. */
export function isimipReply(error: unknown, requestId: string): Reply {
  if (error instanceof BadJobError) return reply(400, error.byKey);
  if (error instanceof RequestError && error.status === 404)
    return { status: 404, body: { status: "not found" } };
  if (error instanceof RequestError)
    return { ...reply(error.status, { [keyOf(error)]: [error.message] }), ...later(error) };
  if (error instanceof UnavailableError)
    return { ...reply(503, { service: [error.message] }), ...later(error) };
  const text = `The service failed at this; its log has the reason under ${requestId}.`;
  return reply(500, { service: [text] });
}

function reply(status: number, errors: ErrorsByKey): Reply {
  return { status, body: { status: "error", errors } };
}

function later(error: unknown): Pick<Reply, "headers"> {
  return { headers: retryAfter(error) };
}

function keyOf({ status }: RequestError): string {
  if ([400, 413, 415].includes(status)) return "data";
  return [401, 403].includes(status) ? "caller" : "job";
}
