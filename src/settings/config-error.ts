/** A setting that ends the start: names the variable, its value and what is allowed. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** A value as an error may show it: a password in a URL stays out. */
export function shown(value: string): string {
  return JSON.stringify(value.replace(/(:\/\/[^:@/]*:)[^@]*@/, "$1***@"));
}
