import { InvalidArgumentError } from "commander";
import type { NewApiToken } from "../../views.ts";

export type TokenScope = NonNullable<NewApiToken["scopes"]>[number];

const known = ["read", "submit", "admin"] as const satisfies readonly TokenScope[];

/** Parses what a token may do: some of the scopes, separated by commas. */
export function scopeNames(text: string): TokenScope[] {
  const named = text.split(",").map((word) => word.trim());
  const scopes = known.filter((scope) => named.includes(scope));
  if (scopes.length > 0 && named.every((word) => scopes.some((scope) => scope === word)))
    return scopes;
  throw new InvalidArgumentError(
    `Expected one or more of ${known.join(", ")}, separated by commas.`,
  );
}
