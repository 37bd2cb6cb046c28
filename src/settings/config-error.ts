import { withoutSecrets } from "../addresses/shown.ts";

/** An invalid setting, which ends the start: names the variable, its value and what is allowed. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/**
 * A value as an error may show it: without the secrets of a URL. Where a password ends can only be
 * known in a valid URL, so nothing is quoted that may have one.
 */
export function shown(value: string): string {
  if (value.includes("@")) return "not shown here (with its @, it may contain a password)";
  return JSON.stringify(withoutSecrets(value));
}

/** Whether a variable's value is a secret, judged by its name. */
export function isSecretName(name: string): boolean {
  return /KEY|SECRET|TOKEN|PASSWORD|WEBHOOK/.test(name) && !name.endsWith("_EXPIRES");
}

/** A value as an error may show it beside its variable's name. */
export function shownOf(name: string, value: string): string {
  return isSecretName(name) ? "not shown here" : shown(value);
}
