import type { z } from "zod";
import { ConfigError, isSecretName, shown } from "./config-error.ts";

/**
 * Names each invalid variable, its value and what is allowed. `places`: where those are that are
 * not in the environment.
 */
export function refusal(
  error: z.ZodError,
  env: Record<string, string>,
  places: ReadonlyMap<string, string> = new Map(),
): ConfigError {
  const sentences = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const is =
      env[name] === undefined ? "not set" : isSecretName(name) ? "not usable" : shown(env[name]);
    const place = places.get(name);
    const where = place === undefined ? "" : ` (${place})`;
    return `${name}${where} is ${is}: allowed is ${issue.message}.`;
  });
  return new ConfigError(sentences.join("\n"));
}
