import { type Command, Option } from "commander";
import { localTokenFor } from "../../local-token.ts";
import type { Longshore } from "../client.ts";
import { usedWrongly } from "./exits.ts";
import { httpUrl, plainText } from "./given/values.ts";

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

export interface FoundService {
  url: string;
  token: string | undefined;
  /** for workers and agents, which are no people: never an API token of one */
  workToken: string | undefined;
}

/**
 * The address of the service, and the token for it. Each is the first that is there: of an option,
 * of the environment, of the profile that no option names; a token also of ServiceX's settings, and
 * of the service that runs on DATA_DIR. Tokens of files go to the address that stands beside them
 * only. After this, calls to loopback pass by any proxy. `otherwise`: the address where nothing
 * names one.
 */
export async function findService(
  { url: given, profile }: ServiceOptions,
  otherwise?: string,
): Promise<FoundService> {
  const [
    { neverProxyLoopback, readClientConfig },
    { readProfile },
    { isApiToken },
    { servicexToken },
  ] = await Promise.all([
    import("../../config.ts"),
    import("./profiles.ts"),
    import("../credentials.ts"),
    import("./servicex-yaml.ts"),
  ]);
  const config = readClientConfig();
  const found = readProfile(config.configFile, profile ?? config.profile);
  const chosen = profile === undefined ? undefined : found;
  const set = config.urlIsSet ? config.url : undefined;
  const url = given ?? chosen?.url ?? set ?? found?.url ?? otherwise ?? config.url;
  neverProxyLoopback(url);
  const own = found?.url === url ? found.token : undefined;
  const token = chosen ? (own ?? config.token) : (config.token ?? own);
  const localToken = localTokenFor(config.dataDir, url);
  return {
    url,
    token: token ?? (await servicexToken(url, process.cwd())) ?? localToken,
    workToken: token === undefined || isApiToken(token) ? localToken : token,
  };
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
