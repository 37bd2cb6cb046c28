import { stripVTControlCharacters } from "node:util";
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";
import { withoutSecrets as withoutSecretsOfAddresses } from "./addresses/shown.ts";
import { explained } from "./system-problem.ts";

export type { Logger } from "pino";

/**
 * Logs to standard error: JSON lines, or readable lines on a terminal. Standard output is for the
 * ready line and for data.
 */
export function makeLog(options: { logLevel?: string } = {}): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: "pid,hostname" })
    : pino.destination({ dest: 2, sync: true });
  return loggerTo(stream, options.logLevel);
}

export function loggerTo(stream: DestinationStream, level = "info"): Logger {
  const redact = { paths: secretPaths, censor: "***" };
  return pino(
    {
      level,
      redact,
      serializers: { url: cleanUrl, err: cleanError },
      timestamp: stdTimeFunctions.isoTime,
    },
    stream,
  );
}

/** For tests and commands that log nothing. */
export function silentLog(): Logger {
  return pino({ level: "silent" });
}

const secretPaths = ["authorization", "token", "password", "secret"].flatMap((name) => [
  name,
  `*.${name}`,
  `*.headers.${name}`,
]);

/**
 * Removes secrets from addresses in a text, with the token in a worker's path. Whoever has an
 * address of Slack's hooks may post there.
 */
export function cleanUrl(url: unknown): unknown {
  if (typeof url !== "string") return url;
  return withoutSecretsOfAddresses(url)
    .replace(/(\/servicex\/internal\/w\/)[^/\s]+/g, "$1***")
    .replace(/(\bhooks\.slack\.com\/)[^\s"'<>]+/g, "$1***");
}

/**
 * The end of a program's log as people may read it: messages instead of JSON, no secrets, no
 * control characters.
 */
export function readableEnd(output: string, characters: number): string {
  const lines = stripVTControlCharacters(output).split("\n").map(messageOf);
  const text = lines.filter((line) => line !== "").join("\n");
  const end = withoutSecrets(text)
    .replaceAll(/[^\P{Cc}\n\t]/gu, "\ufffd")
    .toWellFormed();
  return end.length <= characters ? end : `…${end.slice(1 - characters)}`.toWellFormed();
}

/** The message of a line that our log wrote; any other line as it is. */
function messageOf(line: string): string {
  try {
    const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string };
    return [msg, err?.message].filter((part) => part !== undefined).join(": ") || line;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return line.trim();
    throw error;
  }
}

/** `name=value` or `"name": "value"`; what follows "bearer" or "basic" is replaced already. */
const secretSetting = new RegExp(
  `((?:token|password|secret|secret_key|authorization)["']?\\s*[=:]\\s*["']?)` +
    `(?!(?:bearer|basic) )[^\\s"',;}]+`,
  "gi",
);

function withoutSecrets(text: string): string {
  return String(cleanUrl(text))
    .replace(/\b(bearer|basic)\s+[\w+/=.~-]+/gi, "$1 ***")
    .replace(secretSetting, "$1***");
}

function cleanError(error: Error): unknown {
  const plain = stdSerializers.err(error);
  const message = explained(error, plain.message);
  return { type: plain.type, message: cleanUrl(message), stack: cleanUrl(plain.stack) };
}
