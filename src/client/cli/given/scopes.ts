import { InvalidArgumentError, Option } from "commander";
import type { NewApiToken } from "../../views.ts";

export type TokenScope = NonNullable<NewApiToken["scopes"]>[number];

const known = ["read", "submit", "admin"] as const satisfies readonly TokenScope[];

export function scopesOption(): Option {
  return new Option(
    "--scopes <scopes>",
    "what the token may do: read, submit, admin; separated by commas",
  ).argParser(scopeNames);
}

/** Read and submit, where nothing else is said. */
export function scopesOrUsual(): Option {
  return scopesOption().default(["read", "submit"], "read,submit");
}

function scopeNames(text: string): TokenScope[] {
  const named = text.split(",").map((word) => word.trim());
  const scopes = known.filter((scope) => named.includes(scope));
  if (scopes.length > 0 && named.every((word) => scopes.some((scope) => scope === word)))
    return scopes;
  throw new InvalidArgumentError(
    `Expected one or more of ${known.join(", ")}, separated by commas.`,
  );
}
