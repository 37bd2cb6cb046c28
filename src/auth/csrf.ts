// Cookies come with every call of a browser, also with those that a page of another site causes.
// So a call by a session that changes something has to come from a page of ours (its origin), and
// a form has to be of a page that was made for this session.
import { createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import { RequestError } from "../errors.ts";
import { deriveKey, sameText } from "../secrets.ts";

/** What each form of a page for this session has in a hidden field. */
export function csrfOf({ signingKey }: Deps<"signingKey">, session: string): string {
  return proofOf(signingKey, session);
}

/** Throws 403 if a form is not of a page for this session. */
export function requireCsrf(
  { verifyingKeys }: Deps<"verifyingKeys">,
  session: string,
  given: string | undefined,
): void {
  if (verifyingKeys.some((key) => sameText(given ?? "", proofOf(key, session)))) return;
  throw new RequestError(
    403,
    "foreign_form",
    "This form is of a page of another sign-in, or of no page of this service. Load the page " +
      "again and send its form once more.",
  );
}

const changesNothing = ["GET", "HEAD", "OPTIONS"];

/** Browsers say where a call comes from; a call that does not say it is not made by a page. */
export function requireOwnOrigin(
  { headers, method = "GET" }: Pick<IncomingMessage, "headers" | "method">,
  publicUrl: string,
): void {
  if (changesNothing.includes(method)) return;
  const { origin, "sec-fetch-site": site } = headers;
  const isOwn =
    origin === undefined ? site === "same-origin" : origin === new URL(publicUrl).origin;
  if (isOwn) return;
  throw new RequestError(
    403,
    "foreign_origin",
    "A sign-in counts for calls of this service's own pages alone. Programs send a token instead.",
  );
}

function proofOf(key: Buffer, session: string): string {
  return createHmac("sha256", deriveKey(key, "longshore page forms 1"))
    .update(session)
    .digest("base64url");
}
