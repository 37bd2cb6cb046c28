// Prisma's errors as those of the rest of the service.
import { isAway, isConflict, toUnavailable } from "./away.ts";

/** The name of the index that a new row would break; undefined for other errors. */
export function brokenIndex(error: unknown): string | undefined {
  if (codeOf(error) !== "P2002") return undefined;
  const { constraint } = causeOf(error) as { constraint?: { index?: string; fields?: string[] } };
  return constraint?.index ?? constraint?.fields?.join(", ") ?? "";
}

/** The whole transaction may be tried again at once. */
export function isPeopleConflict(error: unknown): boolean {
  return codeOf(error) === "P2034" || isConflict(asPostgres(error));
}

/** What callers may be shown where the database is away; other errors are returned unchanged. */
export function toPeopleError(error: unknown): unknown {
  const shown = awayCodes.has(codeOf(error) ?? "") ? { code: "ECONNREFUSED" } : asPostgres(error);
  return isAway(shown) ? toUnavailable(withCause(shown, error)) : error;
}

/**
 * Not reached, not authenticated in time, closed, no connection free, a transaction that took too
 * long, a conflict that did not end.
 */
const awayCodes = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034"]);

function codeOf(error: unknown): string | undefined {
  const { code, errorCode } = (error ?? {}) as { code?: unknown; errorCode?: unknown };
  return [code, errorCode].find((one): one is string => typeof one === "string");
}

/** The adapter keeps the SQLSTATE and the words of the driver. */
function asPostgres(error: unknown): unknown {
  const { originalCode, originalMessage, code } = causeOf(error) as Record<string, unknown>;
  const found = originalCode ?? code;
  if (found === undefined) return error;
  return Object.assign(new Error(String(originalMessage ?? "")), { code: String(found) });
}

function causeOf(error: unknown): object {
  const { meta, cause } = (error ?? {}) as {
    meta?: { driverAdapterError?: { cause?: object } };
    cause?: { originalCode?: unknown };
  };
  return meta?.driverAdapterError?.cause ?? cause ?? {};
}

function withCause(shown: unknown, cause: unknown): unknown {
  return Object.assign(new Error(String(cause)), { code: (shown as { code?: string }).code });
}
