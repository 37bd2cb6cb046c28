// Which errors are the database's trouble: the same statement may succeed later.
import { UnavailableError } from "../errors.ts";

/**
 * Whether the database or the connection failed, and not the statement or its values: then trying
 * again can help.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  const code = codeOf(error) ?? "";
  if (awayStates.test(code) || awayCodes.has(code)) return true;
  return error instanceof Error && awayWords.test(error.message);
}

/** The process is ending: unlike other trouble, this does not pass. */
export class DatabaseClosedError extends UnavailableError {
  constructor() {
    super("The service is stopping.");
    this.name = "DatabaseClosedError";
  }
}

/**
 * Whether Postgres rejects the values: of the wrong form (22), against a constraint (23), or too
 * large or too deeply nested (54).
 */
export function isBadData(error: unknown): boolean {
  return !isAway(error) && /^(22|23|54)/.test(codeOf(error) ?? "");
}

/** Whether the error may be of one row among many: its values, or a damaged page (XX). */
export function isOfOneRow(error: unknown): boolean {
  return isBadData(error) || /^XX/.test(codeOf(error) ?? "");
}

/** A deadlock or a serialization failure: the whole transaction may be tried again at once. */
export function isConflict(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40P01" || code === "40001";
}

/** Another transaction holds a lock for longer than the connection's `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === "55P03";
}

/** The SQLSTATE, or the code of a network error; also of what an UnavailableError was made of. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string") return code;
  return error instanceof UnavailableError && error.cause !== undefined
    ? codeOf(error.cause)
    : undefined;
}

/** The same trouble as an error that callers may be shown. Other errors are returned unchanged. */
export function toUnavailable(error: unknown): unknown {
  if (!isAway(error) || error instanceof UnavailableError) return error;
  const sentence = sentences[codeOf(error) ?? ""] ?? "The database is temporarily unavailable.";
  return new UnavailableError(sentence, undefined, { cause: error });
}

/**
 * Connections (08), read-only (25006), a transaction that was idle for too long (25P03, 25P04),
 * conflicts with other transactions or with recovery (40), resources (53), locks (55P03),
 * statements that were canceled or timed out (57014), shutdown and start (57P), input and output
 * (58).
 */
const awayStates = /^(08...|25006|25P0[34]|40...|53...|55P03|57014|57P0.|58...)$/;

const awayCodes = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The driver's own errors have no code; that of a server near wraparound is shared with others. */
const awayWords = new RegExp(
  [
    "Connection terminated",
    "timeout exceeded when trying to connect",
    "timeout expired",
    "Query read timeout",
    "Client has encountered a connection error",
    "not queryable",
    "connection timeout",
    "Connection ended",
    "after calling end on the pool",
    "avoid wraparound data loss",
  ].join("|"),
  "i",
);

const sentences: Record<string, string> = {
  "25006": "The database is read-only now.",
  "53100": "The database's disk is full.",
  "53200": "The database is out of memory.",
  "53300": "The database has no connection left.",
  "55P03": "The database waited too long for a lock.",
  "57014": "The database took too long.",
  "58030": "The database's disk cannot be read or written now.",
};
