// The user's configuration file: addresses of services, and tokens for them, by name.
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { z } from "zod";
import { didYouMean } from "../../did-you-mean.ts";
import { ConfigError } from "../../settings/config-error.ts";
import { allowedServiceUrl, readServiceUrl } from "../../settings/service-url.ts";
import { unreadable } from "../local-files.ts";
import { clean } from "./print/print.ts";

export interface Profile {
  url: string;
  token?: string | undefined;
}

/** Used where no other is named. */
export const usual = "default";
const mostBytes = 1024 * 1024;

const allowedUrl = `must be ${allowedServiceUrl} (the token has a key of its own)`;
const allowedToken = "must be a text of printable ASCII characters without blanks";

const profileSchema = z.strictObject(
  {
    url: z
      .string({ error: allowedUrl })
      .refine((text) => readServiceUrl(text) !== undefined, { error: allowedUrl })
      .transform((text) => readServiceUrl(text) ?? ""),
    token: z
      .string({ error: allowedToken })
      .regex(/^[\x21-\x7e]+$/, { error: allowedToken })
      .optional(),
  },
  { error: 'must be an object such as {"url": "https://longshore.example"}' },
);

const profilesSchema = z.record(z.string(), profileSchema, {
  error: "must be an object with a profile for each name",
});

const fileSchema = z.strictObject(
  { profiles: profilesSchema },
  { error: 'the file must be an object such as {"profiles": {}}' },
);

type Profiles = z.infer<typeof profilesSchema>;

/** The profile of this name, else the one called `default`, if there is one. */
export function readProfile(path: string, name: string | undefined): Profile | undefined {
  const profiles = readProfiles(path, name !== undefined);
  const wanted = name ?? usual;
  if (profiles && Object.hasOwn(profiles, wanted)) return profiles[wanted];
  if (name === undefined) return undefined;
  const known = Object.keys(profiles ?? {});
  const others = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  throw new ConfigError(
    clean(`There is no profile ${JSON.stringify(name)} in ${path}: ${others}.`) +
      didYouMean(name, known),
  );
}

export function profileNames(path: string): string[] {
  return Object.keys(readProfiles(path, false) ?? {});
}

/** Undefined without such a file; `isNeeded`: that is refused, too. */
export function readProfiles(path: string, isNeeded: boolean): Profiles | undefined {
  const text = readText(path, isNeeded);
  if (text === undefined) return undefined;
  const read = fileSchema.safeParse(parsed(path, text.content));
  if (!read.success) throw new ConfigError(clean(`${path}: ${problemOf(read.error.issues[0])}.`));
  const { profiles } = read.data;
  const [holder] = Object.entries(profiles).find(([, { token }]) => token !== undefined) ?? [];
  if (holder !== undefined && (text.stats.mode & 0o077) !== 0)
    throw new ConfigError(
      clean(`${path} has a secret, profiles.${holder}.token, and others may read it: `) +
        clean(`run \`chmod 600 ${path}\`.`),
    );
  return profiles;
}

interface Text {
  content: string;
  stats: Stats;
}

function readText(path: string, isNeeded: boolean): Text | undefined {
  let file: number | undefined;
  try {
    // Without waiting, should it be a pipe
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    refuseOthers(path, stats);
    return { content: readFileSync(file, "utf8"), stats };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    // Of another user's home, as under sudo, nothing is expected.
    if (!isNeeded && ["ENOENT", "ENOTDIR", "EACCES"].includes(code)) return undefined;
    throw new ConfigError(clean(unreadable(`${path}, the file with profiles,`, error)));
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** As ssh does: who may change the file may have a token sent elsewhere. */
function refuseOthers(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new ConfigError(clean(`${path} must be a file.`));
  if (stats.size > mostBytes)
    throw new ConfigError(clean(`${path} has more than ${mostBytes} bytes.`));
  if (stats.uid !== 0 && stats.uid !== process.getuid?.())
    throw new ConfigError(clean(`${path} belongs to another user: it must be yours.`));
  if ((stats.mode & 0o022) !== 0)
    throw new ConfigError(clean(`Others may change ${path}: run \`chmod 600 ${path}\`.`));
}

/** The parser's own message quotes the text, which may be a token. */
function parsed(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    const [, position] = /at position (\d+)/.exec((error as Error).message) ?? [];
    const line = content.slice(0, Number(position)).split("\n").length;
    const where = position === undefined ? "" : ` (line ${line})`;
    throw new ConfigError(clean(`${path} is not valid JSON${where}.`));
  }
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path.map(String) ?? [];
  if (issue?.code !== "unrecognized_keys") return [path.join("."), issue?.message].join(" ").trim();
  const [key = ""] = issue.keys;
  const allowed = path.length === 0 ? "profiles" : "url and token";
  return `there is no key ${[...path, key].join(".")}: allowed here is ${allowed}`;
}
