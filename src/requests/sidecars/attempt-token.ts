// A worker that does not know attempts carries one in the address it reports to. The token names
// the attempt and allows reports of it alone.
import { createHmac } from "node:crypto";
import { deriveKey, keysFor, sameText } from "../../secrets.ts";

const purpose = "longshore ServiceX attempts 1";

export interface Attempt {
  request: string;
  step: number;
  file: number;
  attempt: number;
}

export function attemptToken(key: Buffer, { request, step, file, attempt }: Attempt): string {
  const text = `${request}.${step}.${file}.${attempt}`;
  const proof = signature(deriveKey(key, purpose), text).toString("base64url");
  return `${Buffer.from(text).toString("base64url")}.${proof}`;
}

/** Undefined for what this service did not sign. */
export function readAttemptToken(key: Buffer, token: string): Attempt | undefined {
  const [encoded = "", signed = "", ...rest] = token.split(".");
  const text = Buffer.from(encoded, "base64url").toString();
  const isOurs = keysFor(key, purpose).some((signing) =>
    sameText(signed, signature(signing, text).toString("base64url")),
  );
  if (rest.length > 0 || !isOurs) return undefined;
  const [, request = "", step, file, attempt] =
    /^([0-9a-f-]{36})\.(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  return request === ""
    ? undefined
    : { request, step: Number(step), file: Number(file), attempt: Number(attempt) };
}

function signature(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(`servicex-attempt\n${text}`).digest();
}
