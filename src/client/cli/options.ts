import { type Command, InvalidArgumentError, Option } from "commander";
import { localTokenFor } from "../../local-token.ts";
import { allowedServiceUrl, readServiceUrl } from "../../settings/service-url.ts";
import type { Longshore } from "../client.ts";
import { usedWrongly } from "./exits.ts";
import { thisCommand } from "./this-command.ts";

/** Parses an option or argument that is a whole number. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

export function priority(text: string): number {
  const value = /^-?\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= -100 && value <= 100) return value;
  throw new InvalidArgumentError("Allowed is a whole number from -100 to 100.");
}

export function percent(text: string): number {
  const value = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= 100) return value;
  throw new InvalidArgumentError("Expected a number above 0, up to 100.");
}

/** Parses an option that may be repeated or have several values. */
export function several<Value>(
  parse: (text: string) => Value,
): (text: string, before: Value[] | undefined) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

export function plainText(longest: number): (text: string) => string {
  return (text) => {
    if (text.length > 0 && text.length <= longest) return text;
    throw new InvalidArgumentError(`Expected 1 to ${longest} characters.`);
  };
}

export function idempotencyKey(text: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected 1 to 255 printable ASCII characters.");
}

export function requestId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError(
    `Expected the id of a request, as shown by \`${thisCommand()} list\`.`,
  );
}

export function httpUrl(text: string): string {
  const url = readServiceUrl(text);
  if (url !== undefined) return url;
  // Commander quotes the value, which may have a password.
  if (text.includes("@")) throw usedWrongly(`--url must be ${allowedServiceUrl}.`);
  throw new InvalidArgumentError(`Expected ${allowedServiceUrl}.`);
}

export const jsonOption = () => new Option("--json", "print JSON on standard output");
export const urlOption = () =>
  new Option(
    "--url <url>",
    "address of the service (default: LONGSHORE_URL, else http://127.0.0.1:5000)",
  ).argParser(httpUrl);

export interface ServiceOptions {
  url?: string;
}

/** Loaded late: a short command spends most of its time loading modules. */
export async function connect({ url }: ServiceOptions): Promise<Longshore> {
  const [service, { Longshore }] = await Promise.all([findService(url), import("../client.ts")]);
  return new Longshore(service);
}

/**
 * The address of the service, and the token for it: LONGSHORE_TOKEN, else that of the service which
 * runs on DATA_DIR here. From here on, calls of loopback go past any proxy.
 */
export async function findService(
  given?: string,
): Promise<{ url: string; token: string | undefined }> {
  const { neverProxyLoopback, readClientConfig } = await import("../../config.ts");
  const config = readClientConfig();
  const url = given ?? config.url;
  neverProxyLoopback(url);
  return { url, token: config.token ?? localTokenFor(config.dataDir, url) };
}

/** Adds the options of a command that calls the service and prints data. */
export function withService(command: Command): Command {
  return command.addOption(urlOption()).addOption(jsonOption());
}

export function operationNames(text: string): string[] {
  const named = text.split(",").map((name) => name.trim());
  if (named.every((name) => /^[a-z][a-z-]*$/.test(name))) return named;
  throw new InvalidArgumentError("Expected names of operations, separated by commas.");
}
