// A worker that knows no attempts carries one in the address it reports to. The token names it and is good for this one report alone.
import { createHmac, timingSafeEqual } from "node:crypto";

export interface Attempt {
  request: string;
  step: number;
  file: number;
  attempt: number;
}

export function attemptToken(key: Buffer, { request, step, file, attempt }: Attempt): string {
  const said = `${request}.${step}.${file}.${attempt}`;
  return `${Buffer.from(said).toString("base64url")}.${signature(key, said).toString("base64url")}`;
}

/** Undefined for what this service did not sign. */
export function readAttemptToken(key: Buffer, token: string): Attempt | undefined {
  const [text = "", signed = "", ...rest] = token.split(".");
  const said = Buffer.from(text, "base64url").toString();
  const given = Buffer.from(signed, "base64url");
  const expected = signature(key, said);
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
    return undefined;
  const [, request = "", step, file, attempt] =
    /^([0-9a-f-]{36})\.(\d+)\.(\d+)\.(\d+)$/.exec(said) ?? [];
  return request === ""
    ? undefined
    : { request, step: Number(step), file: Number(file), attempt: Number(attempt) };
}

function signature(key: Buffer, said: string): Buffer {
  return createHmac("sha256", key).update(`servicex-attempt\n${said}`).digest();
}
