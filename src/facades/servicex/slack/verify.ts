// Whether a call comes from Slack. Bolt's own check, which comes after this one, takes calls of the
// future and any version of signature.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { RequestError } from "../../../errors.ts";

/** Both ways: a signed call of next year could be kept until then. */
const mostSeconds = 300;

/** Throws 403 for a call of another time, 401 for one that Slack has not signed. */
export function verifySlack(
  secret: string,
  headers: IncomingHttpHeaders,
  raw: Buffer,
  now: Date,
): void {
  const time = String(headers["x-slack-request-timestamp"] ?? "");
  const signature = String(headers["x-slack-signature"] ?? "");
  if (!/^\d{1,12}$/.test(time) || !/^v0=[0-9a-f]{64}$/.test(signature))
    throw unsigned("It has no X-Slack-Request-Timestamp and X-Slack-Signature as Slack sends them");
  if (Math.abs(now.getTime() / 1_000 - Number(time)) > mostSeconds)
    throw new RequestError(
      403,
      "not_now",
      `The call was not signed within the last ${mostSeconds} seconds.`,
    );
  const expected = createHmac("sha256", secret).update(`v0:${time}:`).update(raw).digest();
  if (!timingSafeEqual(Buffer.from(signature.slice("v0=".length), "hex"), expected))
    throw unsigned("Its signature is not that of SLACK_SIGNING_SECRET");
}

function unsigned(why: string): RequestError {
  return new RequestError(401, "not_signed", `The call does not come from Slack: ${why}.`);
}
