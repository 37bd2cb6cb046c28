import type { ApiError } from "../errors.ts";
import { thisCommand } from "./help/this-command.ts";

/** What a refused token means, and what to do; undefined for other refusals. */
export function tokenAdvice({
  status,
  code,
}: Pick<ApiError, "status" | "code">): string | undefined {
  if (status !== 401) return undefined;
  const what = ofToken[code];
  if (what !== undefined)
    return (
      `${what}: run \`${thisCommand()} login\`, or replace it where it stands (LONGSHORE_TOKEN, ` +
      "servicex.yaml)."
    );
  if (code === "unauthorized")
    return `This call needs a token: run \`${thisCommand()} login\`, or set LONGSHORE_TOKEN.`;
  return ofAccount[code];
}

const ofToken: Record<string, string> = {
  expired_token: "The API token has expired",
  revoked_token: "The API token was revoked or replaced",
  bad_token: "The token is not one of this service, or was made with a key that is out of use",
  not_refresh_token: "The token is not an API token",
  not_access_token: "The token is not an access token",
  no_user: "The account of the token was deleted",
};

const ofAccount: Record<string, string> = {
  account_new: "Your account has no profile yet: sign in on the website and fill it in.",
  account_pending: "Your account is still pending: an administrator has to approve it first.",
  account_rejected: "Your account was not approved: ask the service's administrators.",
  account_suspended: "Your account is suspended: ask the service's administrators.",
};
