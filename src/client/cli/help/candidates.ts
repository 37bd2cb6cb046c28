import type { Argument, Command, Option } from "commander";
import { within } from "../../../time.ts";
import { clean } from "../print/print.ts";
import type { ServiceOptions } from "../service.ts";

/** Where the word that is being typed stands. */
interface Place {
  command: Command;
  /** takes the word as its value */
  option?: Option | undefined;
  /** it has no value yet, and needs one */
  needsValue?: boolean;
  argumentsBefore: number;
  /** after `--` */
  optionsEnded: boolean;
}

/** The user waits at the prompt meanwhile. */
const mostMilliseconds = 1_000;

/**
 * What the last of these words, typed in part, may become: a value each, and after a tab what it
 * means. `:files` and `:folders` stand for those of this machine, which shells complete themselves.
 */
export async function candidatesFor(program: Command, words: readonly string[]): Promise<string[]> {
  // Bash makes three words of `--format=csv`.
  const before = words.slice(0, -1).filter((word) => word !== "=");
  const typed = words.at(-1) === "=" ? "" : (words.at(-1) ?? "");
  const place = before.reduce(placeAfter, placeIn(program));
  const service = serviceIn(before);
  const valuesOf = (taker: Taker) => valuesFor(taker, service);
  if (place.needsValue) return startingWith(typed, await valuesOf(place.option));
  if (typed.startsWith("-") && !place.optionsEnded)
    return ofOptions(place.command, typed, valuesOf);
  if (place.option) return startingWith(typed, await valuesOf(place.option));
  const argument = place.command.registeredArguments.at(place.argumentsBefore);
  const subcommands = place.argumentsBefore === 0 ? linesOfCommands(place.command) : [];
  return startingWith(typed, [...subcommands, ...(await valuesOf(argument))]);
}

/** The service that the options name. */
function serviceIn(words: readonly string[]): ServiceOptions {
  const parts = words.flatMap((word) => /^(--[^=]+)=(.*)$/s.exec(word)?.slice(1) ?? word);
  const valueAfter = (option: string) => {
    const at = parts.lastIndexOf(option);
    return at === -1 ? undefined : parts[at + 1];
  };
  const [url, profile] = [valueAfter("--url"), valueAfter("--profile")];
  return { ...(url && { url }), ...(profile && { profile }) };
}

function placeIn(command: Command): Place {
  return { command, argumentsBefore: 0, optionsEnded: false };
}

function placeAfter(place: Place, word: string): Place {
  const { command, option, needsValue, argumentsBefore, optionsEnded } = place;
  if (!needsValue && !optionsEnded && word.startsWith("-")) return afterOption(place, word);
  if (option) return { ...place, needsValue: false, option: option.variadic ? option : undefined };
  const found = command.commands.find((known) => known.name() === word);
  if (found && argumentsBefore === 0 && !optionsEnded) return placeIn(found);
  return { ...place, argumentsBefore: argumentsBefore + 1 };
}

function afterOption(place: Place, word: string): Place {
  if (word === "--") return { ...place, option: undefined, optionsEnded: true };
  const option = optionCalled(place.command, word);
  const takesValue = option !== undefined && (option.required || option.optional);
  return {
    ...place,
    option: takesValue ? option : undefined,
    needsValue: option?.required === true,
  };
}

function optionCalled(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => name === long || name === short);
}

async function ofOptions(
  command: Command,
  typed: string,
  valuesOf: (taker: Taker) => Promise<string[]>,
): Promise<string[]> {
  const [, name = "", value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (value !== undefined) {
    const lines = startingWith(value, await valuesOf(optionCalled(command, name)));
    return lines.map((line) => (line.startsWith(":") ? line : `${name}=${line}`));
  }
  const options = command.createHelp().visibleOptions(command);
  return startingWith(
    typed,
    options.map(({ long, short, description }) => described(long ?? short ?? "", description)),
  );
}

function linesOfCommands(command: Command): string[] {
  const commands = command.createHelp().visibleCommands(command);
  return commands.map((known) => described(known.name(), known.description()));
}

/** A closed list of choices, else what the name of the value stands for, e.g. `<folder>`. */
async function valuesFor(taker: Taker, service: ServiceOptions): Promise<string[]> {
  if (taker === undefined) return [];
  if (taker.argChoices) return taker.argChoices;
  const name = "flags" in taker ? /[<[]([^\]>.]+)/.exec(taker.flags)?.[1] : taker.name();
  try {
    return (await valuesByName[name ?? ""]?.(service)) ?? [];
  } catch {
    // At the prompt there is no place for errors; the command itself will say them.
    return [];
  }
}

type Taker = Option | Argument | undefined;

const valuesByName: Record<string, (service: ServiceOptions) => string[] | Promise<string[]>> = {
  file: () => [":files"],
  "file or url": () => [":files"],
  pattern: () => [":files"],
  folder: () => [":folders"],
  operation: operationNames,
  operations: operationNames,
  profile: profiles,
  request: (service) => within(mostMilliseconds, requests(service)),
  group: (service) => within(mostMilliseconds, groups(service)),
};

async function operationNames(): Promise<string[]> {
  const { allOperations } = await import("../../../operations/index.ts");
  return allOperations.map(({ name }) => name);
}

async function profiles(): Promise<string[]> {
  const { readClientConfig } = await import("../../../config.ts");
  const { profileNames } = await import("../profiles.ts");
  return profileNames(readClientConfig().configFile);
}

/** The newest ones of the service, if it answers in time. */
async function requests(service: ServiceOptions): Promise<string[]> {
  const { connect } = await import("../service.ts");
  const { items } = await (await connect(service)).list({ limit: 30 });
  return items.map(({ id, state, title }) => described(id, title ? `${state}: ${title}` : state));
}

/** A name that shells would have to quote is given as an id. */
async function groups(service: ServiceOptions): Promise<string[]> {
  const { connect } = await import("../service.ts");
  const { items } = await (await connect(service)).groups.list();
  return items.map(({ id, name, members }) =>
    described(/^[\w.+-]+$/.test(name) ? name : id, `${name}: ${members} members`),
  );
}

function described(value: string, meaning: string): string {
  return `${value}\t${clean(meaning)}`;
}

function startingWith(typed: string, lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith(":") || line.startsWith(typed));
}
