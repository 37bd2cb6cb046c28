// Problems (RFC 7807), with the titles that the API's reference document gives them.
import { RequestError } from "../../errors.ts";
import { type Problem, problemReply } from "../../http/problem.ts";
import type { Reply } from "../../http/route.ts";

export function tapeRestReply(error: unknown, requestId: string): Reply {
  const reply = problemReply(error, "", requestId);
  const { instance: _, title, ...problem } = reply.body as Problem;
  return { ...reply, body: { ...problem, title: titleOf(error) ?? title } };
}

function titleOf(error: unknown): string | undefined {
  if (!(error instanceof RequestError)) return undefined;
  if (error.status === 404) return "Not found";
  return titles[error.code];
}

const titles: Record<string, string> = {
  bad_input: "JSON Validation error",
  bad_json: "JSON Validation error",
  bad_encoding: "JSON Validation error",
  not_of_request: "File missing from stage request",
};

export function notOfRequest(path: string): RequestError {
  const shown = JSON.stringify(path.slice(0, 200));
  return new RequestError(
    400,
    "not_of_request",
    `${shown} is not a file of this stage request; nothing is changed.`,
  );
}

export function nothingToRecall(message: string): RequestError {
  return new RequestError(400, "bad_path", message);
}

export function tooManyPaths(most: number): RequestError {
  return new RequestError(
    413,
    "too_many_files",
    `At most ${most} files are taken in one call: send the rest in another.`,
  );
}
