// ServiceX's app.conf: lines of NAME = literal, in Python's words.
import { readFileSync } from "node:fs";
import { ConfigError } from "./config-error.ts";
import { type Literal, LiteralError, readLiteral } from "./python-literal.ts";
import { withoutShadowed } from "./servicex.ts";

type Environment = Record<string, string | undefined>;

export interface WithFile {
  /** the environment, with what the file says and the environment does not */
  env: Environment;
  /** where the file says what it says, by name, for sentences */
  places: ReadonlyMap<string, string>;
}

/**
 * The settings of the file that APP_CONFIG_FILE names, where the environment does not say them: it
 * always has the last word, so that secrets need not be in the file.
 */
export function withAppConfigFile(env: Environment): WithFile {
  const path = env.APP_CONFIG_FILE?.trim();
  if (!path) return { env, places: new Map() };
  const said = readAppConfig(textOf(path), path);
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const kept = new Set(withoutShadowed([...said.keys()], isSet));
  const own = [...said].filter(([name]) => kept.has(name));
  return {
    env: {
      ...Object.fromEntries(own.map(([name, { value }]) => [name, value])),
      ...Object.fromEntries(Object.entries(env).filter(([name, text]) => text && isSet(name))),
    },
    places: new Map(own.map(([name, { line }]) => [name, `line ${line} of ${path}`])),
  };
}

/** Each name with its value as text; of a name that is there twice, the last counts. */
export function readAppConfig(
  text: string,
  path: string,
): Map<string, { value: string; line: number }> {
  const said = new Map<string, { value: string; line: number }>();
  const refuse = (expected: string, at: number) =>
    new ConfigError(
      `APP_CONFIG_FILE cannot be read: line ${lineAt(text, at)} of ${path} is not as ` +
        `NAME = value; expected is ${expected}.`,
    );
  for (let at = 0; at < text.length; ) {
    const blank = matchAt(/[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y, text, at);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const head = matchAt(/([A-Za-z_]\w*)[ \t]*=(?!=)[ \t]*/y, text, at);
    if (!head) throw refuse("a name and an equals sign", at);
    const name = head[1] ?? "";
    const from = at + head[0].length;
    const { value, end } = valueAt(text, from, refuse);
    const rest = matchAt(/[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y, text, end);
    if (!rest) throw refuse("the end of the line after the value", end);
    said.set(name, { value: asText(value), line: lineAt(text, at) });
    at = end + rest[0].length;
  }
  return said;
}

/** Charts render an unset value as nothing at all. */
function valueAt(
  text: string,
  from: number,
  refuse: (expected: string, at: number) => ConfigError,
): { value: Literal; end: number } {
  if (matchAt(/(?:#[^\n]*)?(?:\r?\n|$)/y, text, from)) return { value: null, end: from };
  try {
    return readLiteral(text, from);
  } catch (error) {
    if (error instanceof LiteralError) throw refuse(error.message, error.at);
    throw error;
  }
}

/** As the environment would have it. */
function asText(value: Literal): string {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `APP_CONFIG_FILE is ${JSON.stringify(path)}: allowed is a file that can be read (${code}).`,
    );
  }
}

function lineAt(text: string, at: number): number {
  return text.slice(0, at).split("\n").length;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
