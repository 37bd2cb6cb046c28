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

export interface ServiceOptions {
  url?: string;
  profile?: string;
}

/** Loaded late: a short command spends most of its time loading modules. */
export async function connect(options: ServiceOptions): Promise<Longshore> {
  const [service, { Longshore }] = await Promise.all([
    findService(options),
    import("../client.ts"),
  ]);
  return new Longshore(service);
}

/**
 * The address of the service, and the token for it. Each is the first that is there: of an option,
 * of the environment, of the profile that no option names; a token also of the service that runs on
 * DATA_DIR. A profile's token goes to its own address only. After this, calls to loopback pass by
 * any proxy. `otherwise`: the address where nothing names one.
 */
export async function findService(
  { url: given, profile }: ServiceOptions,
  otherwise?: string,
): Promise<{ url: string; token: string | undefined }> {
  const [{ neverProxyLoopback, readClientConfig }, { readProfile }] = await Promise.all([
    import("../../config.ts"),
    import("./profiles.ts"),
  ]);
  const config = readClientConfig();
  const found = readProfile(config.configFile, profile ?? config.profile);
  const chosen = profile === undefined ? undefined : found;
  const set = config.urlIsSet ? config.url : undefined;
  const url = given ?? chosen?.url ?? set ?? found?.url ?? otherwise ?? config.url;
  neverProxyLoopback(url);
  const own = found?.url === url ? found.token : undefined;
  const token = chosen ? (own ?? config.token) : (config.token ?? own);
  return { url, token: token ?? localTokenFor(config.dataDir, url) };
}

/** Adds the options that say which service is called. */
export function withAddress(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--url <url>",
        "address of the service (default: that of --profile, LONGSHORE_URL, that of " +
          "LONGSHORE_PROFILE, http://127.0.0.1:5000)",
      ).argParser(httpUrl),
    )
    .addOption(profileOption());
}

/** Adds the options of a command that calls the service and prints data. */
export function withService(command: Command): Command {
  return withAddress(command).addOption(jsonOption());
}

/** `--profile` may also stand before the command. */
export function profileOption(): Option {
  return new Option(
    "--profile <profile>",
    "service named in ~/.config/longshore/config.json (default: LONGSHORE_PROFILE, else default)",
  ).argParser(plainText(200));
}

/** Gives a profile that stands before the command to the command. */
export function passProfile(program: Command, command: Command): void {
  const { profile } = program.opts<ServiceOptions>();
  if (profile === undefined || command === program) return;
  if (!command.options.some((option) => option.attributeName() === "profile"))
    throw usedWrongly(`\`${command.name()}\` works on this machine: --profile is not for it.`);
  if (command.opts<ServiceOptions>().profile === undefined)
    command.setOptionValueWithSource("profile", profile, "cli");
}

export function operationNames(text: string): string[] {
  const named = text.split(",").map((name) => name.trim());
  if (named.every((name) => /^[a-z][a-z-]*$/.test(name))) return named;
  throw new InvalidArgumentError("Expected names of operations, separated by commas.");
}
