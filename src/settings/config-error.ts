import { withoutSecrets } from "../addresses/shown.ts";

/** An invalid setting, which ends the start: names the variable, its value and what is allowed. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** A value as an error may show it: without the secrets of a URL. */
export function shown(value: string): string {
  return JSON.stringify(withoutSecrets(value));
}
