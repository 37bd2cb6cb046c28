// Passwords that everybody knows, since they are in ServiceX's chart.
import { ConfigError } from "./config-error.ts";

const known = ["leftfoot1"];

/** Throws `ConfigError` for the first setting whose URL has such a password. */
export function refusePublicPasswords(env: Record<string, string | undefined>): void {
  for (const [name, text] of Object.entries(env)) {
    const password = text !== undefined && URL.canParse(text) ? new URL(text).password : "";
    if (!known.includes(password)) continue;
    throw new ConfigError(
      `${name} has the password ${password}, which everybody knows from ServiceX's chart: change ` +
        "it where it is used, and here.",
    );
  }
}
