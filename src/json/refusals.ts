import { RequestError } from "../errors.ts";

export function tooLarge(megabytes: number, what = "The body"): RequestError {
  return new RequestError(
    413,
    "too_large",
    `${what} is larger than ${megabytes} MB, the largest size that is allowed.`,
  );
}

export function tooDeep(levels: number): RequestError {
  return new RequestError(400, "too_deep", `The body is nested deeper than ${levels} levels.`);
}

export function tooManyValues(most: number, what = "The body"): RequestError {
  return new RequestError(
    413,
    "too_many_values",
    `${what} has more than ${most} keys and values, the largest number that is allowed.`,
  );
}

export function tooManyFiles(what: string, most: number): RequestError {
  return new RequestError(
    413,
    "too_many_files",
    `${what} has more than ${most} files, the largest number that a request may have here.`,
  );
}

export function duplicateList(): RequestError {
  return new RequestError(400, "bad_json", "The body has the key of its list twice.");
}

export function incomplete(): RequestError {
  return new RequestError(400, "incomplete", "The connection ended before the body did.");
}
