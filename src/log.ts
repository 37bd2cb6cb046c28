import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import pretty from "pino-pretty";

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
 * Removes secrets from a URL: the query of a signed URL, the token in a worker's path, and
 * passwords.
 */
export function cleanUrl(url: unknown): unknown {
  if (typeof url !== "string") return url;
  return url
    .replace(/(:\/\/[^:@/?#\s]*:)[^@/\s]*@/g, "$1***@")
    .replace(/([?&](?:x-amz-[\w-]+|signature|sig|token|expires)=)[^&\s"']*/gi, "$1***")
    .replace(/(\/servicex\/internal\/w\/)[^/\s]+/g, "$1***");
}

function cleanError(error: Error): unknown {
  const plain = stdSerializers.err(error);
  return { type: plain.type, message: cleanUrl(plain.message), stack: cleanUrl(plain.stack) };
}
