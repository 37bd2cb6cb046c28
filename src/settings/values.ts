// How the text of a setting becomes a value, and the description of what is allowed.
import { statSync } from "node:fs";
import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { wholeLiteral } from "./python-literal.ts";
import { allowedServiceUrl, readServiceUrl, withoutLastSlash } from "./service-url.ts";

/** A setting read by `parse`. If that returns undefined, the value is refused with `allowed`. */
export function setting<Value>(allowed: string, parse: (text: string) => Value | undefined) {
  return z.string().transform((text, check) => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    check.addIssue({ code: "custom", message: allowed });
    return z.NEVER;
  });
}

export function wholeNumber(least: number, most: number) {
  return setting(`a whole number from ${least} to ${most}`, (text) =>
    within(/^\d+$/.test(text) ? Number(text) : Number.NaN, least, most),
  );
}

export function number(least: number, most: number) {
  return setting(`a number from ${least} to ${most}`, (text) =>
    within(text === "" ? Number.NaN : Number(text), least, most),
  );
}

export const port = wholeNumber(0, 65535);

export const hostName = setting("an IP address or a host name, without scheme and port", (text) => {
  if (isIP(text) !== 0) return text;
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : undefined;
});

/** ServiceX's values, made for Python, also use True and 1. */
export const yesOrNo = setting("true or false", (text) => {
  if (/^(true|1)$/i.test(text)) return true;
  return /^(false|0)$/i.test(text) ? false : undefined;
});

export function oneOf<const Word extends string>(words: readonly Word[]) {
  return setting(`one of ${words.join(", ")}`, (text) => words.find((word) => word === text));
}

export function someOf<const Word extends string>(words: readonly Word[]) {
  return setting(`one or more of ${words.join(", ")}, separated by commas`, (text) => {
    const named = commaList(text);
    const known = words.filter((word) => named.includes(word));
    return known.length > 0 && known.length === new Set(named).size ? known : undefined;
  });
}

export function listOf(pattern: RegExp, what: string) {
  return listBy((word) => pattern.test(word), what);
}

export function listBy(isOne: (word: string) => boolean, what: string) {
  return setting(`${what}, separated by commas`, (text) => {
    const named = commaList(text);
    return named.length > 0 && named.every(isOne) ? named : undefined;
  });
}

/** Texts by name, as JSON or Python writes an object of them. */
export function textsByName(isOne: (name: string, text: string) => boolean, what: string) {
  return setting(what, (text) => {
    const read = wholeLiteral(text);
    if (read === null || typeof read !== "object" || Array.isArray(read)) return undefined;
    const entries = Object.entries(read);
    const good = entries.filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === "string" && isOne(entry[0], entry[1]),
    );
    return good.length === entries.length ? Object.fromEntries(good) : undefined;
  });
}

export function matching(pattern: RegExp, what: string) {
  return setting(what, (text) => (pattern.test(text) ? text : undefined));
}

/** ServiceX's values write False for a time that never ends. */
export function secondsOrNever(least: number, most: number) {
  return setting(`a number of seconds from ${least} to ${most}, or False for no end`, (text) => {
    if (/^false$/i.test(text)) return "never" as const;
    return within(text === "" ? Number.NaN : Number(text), least, most);
  });
}

export const secrets = setting(
  "one or more secrets of at least 16 characters, separated by commas, newest first",
  (text) => {
    const keys = commaList(text);
    return keys.length > 0 && keys.every(isSecret) ? keys : undefined;
  },
);

/** Another service has chosen it, which has other rules. */
export const foreignSecret = setting(
  "a secret, and not one that ServiceX's templates contain",
  (text) => (text.length <= 1_000 && !knownToAll.includes(text) ? text : undefined),
);

function isSecret(text: string): boolean {
  return text.length >= 16 && !knownToAll.includes(text);
}

/** ServiceX's templates contain them. */
const knownToAll = ["some-secret-string", "jwt-secret-string", "my-jwt-secret-key"];

export const word = setting("a word of letters, digits, - and _", (text) =>
  /^[\w-]+$/.test(text) ? text : undefined,
);

export const folder = setting("a folder", (text) =>
  text.includes("\0") ? undefined : resolve(text),
);

export const file = setting("the path of a file", (text) =>
  text.includes("\0") ? undefined : resolve(text),
);

/** DATA_DIR: the service and the command line read it alike. */
export const dataFolder = folder.prefault(".longshore");

export const folders = setting("folders that exist, separated by :", (text) => {
  const paths = text.split(":").filter((path) => path !== "");
  return paths.length > 0 && paths.every(isFolder) ? paths.map((path) => resolve(path)) : undefined;
});

/** They may be on another host, so nothing looks whether they exist. */
export const absoluteFolders = setting("absolute paths of folders, separated by :", (text) => {
  const paths = text.split(":").filter((path) => path !== "");
  const areGood = paths.every((path) => path.startsWith("/") && !path.includes("\0"));
  return paths.length > 0 && areGood ? paths.map((path) => resolve(path)) : undefined;
});

/** Returned without a slash at the end, so that paths can be appended. */
export const httpUrl = setting("an http:// or https:// URL without query", readHttpUrl);

export const httpOrigin = setting("an http:// or https:// URL without path and query", (text) => {
  const url = readHttpUrl(text);
  return url !== undefined && new URL(url).pathname === "/" ? url : undefined;
});

function readHttpUrl(text: string): string | undefined {
  const url = parseUrl(text, ["http:", "https:"]);
  return url !== undefined && url.hostname !== "" && url.search === "" && url.hash === ""
    ? withoutLastSlash(url.href)
    : undefined;
}

/** The service's address for our clients, which send a token and no user. */
export const serviceUrl = setting(
  `${allowedServiceUrl} (the token is LONGSHORE_TOKEN)`,
  readServiceUrl,
);

/** SQLAlchemy adds its driver to the scheme; the rest is the same URL. */
export const postgresUrl = setting("a postgresql:// URL (Postgres 15 or later)", (text) => {
  const plain = text.replace(/^postgresql\+\w+:/, "postgresql:");
  return parseUrl(plain, ["postgres:", "postgresql:"]) ? plain : undefined;
});

/** Of SQLAlchemy: ServiceX keeps its database in Postgres or in a file. */
export const servicexDatabase = setting(
  "a postgresql:// URL, or sqlite:////folder/file",
  (text) => {
    const plain = text.replace(/^postgresql\+\w+:/, "postgresql:");
    if (/^sqlite:\/\/\/./.test(plain)) return plain;
    return parseUrl(plain, ["postgres:", "postgresql:"]) ? plain : undefined;
  },
);

export const amqpUrl = setting("an amqp:// or amqps:// URL", (text) => {
  const url = parseUrl(text, ["amqp:", "amqps:"]);
  return url !== undefined && url.hostname !== "" ? text : undefined;
});

function within(value: number, least: number, most: number): number | undefined {
  return value >= least && value <= most ? value : undefined;
}

/** Also as Python and JSON write a list of texts, since ServiceX's values have them so. */
function commaList(text: string): string[] {
  const list = text.startsWith("[") ? wholeLiteral(text) : undefined;
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list;
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function parseUrl(text: string, schemes: string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return schemes.includes(url.protocol) ? url : undefined;
}
