import pRetry from "p-retry";
import pg from "pg";
import { connectProblem } from "./connect-problem.ts";
import { connectionTo } from "./connection.ts";
import { endConnection } from "./end-connection.ts";

const answerMilliseconds = 10_000;
const oldestVersion = 15;

interface WaitOptions {
  seconds: number;
  signal?: AbortSignal | undefined;
  /** It cannot be used yet: why, each time that this changes. */
  onWait?(sentence: string): void;
}

/**
 * Waits for a database that is starting at the same time. Rejects with a sentence, and the code of
 * what is wrong, if it stays unreachable or is too old, and with the signal's reason when that
 * aborts.
 */
export async function waitForDatabase(
  url: string,
  { seconds, signal, onWait }: WaitOptions,
): Promise<void> {
  let reported = "";
  const report = (error: Error) => {
    const why = connectProblem(error);
    if (why !== reported)
      onWait?.(
        `The database ${placeOf(url)} cannot be used yet: ${why}. ` +
          `It is tried again for ${seconds} seconds; Ctrl-C ends this.`,
      );
    reported = why;
  };
  const waiting = pRetry(() => serverVersion(url), {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: seconds * 1_000,
    minTimeout: 100,
    maxTimeout: 1_000,
    shouldRetry: ({ error }) => !isRefusal(error),
    onFailedAttempt: ({ error }) => {
      if (!isRefusal(error)) report(error);
    },
    ...(signal && { signal }),
  });
  const trying = Promise.race([waiting, rejectedBy(signal)]);
  const version = await trying.catch((error: NodeJS.ErrnoException) => {
    signal?.throwIfAborted();
    const sentence = `The database ${placeOf(url)} cannot be used: ${connectProblem(error)}.`;
    throw Object.assign(new Error(sentence, { cause: error }), { code: error.code });
  });
  if (version < oldestVersion)
    throw new Error(
      `DATABASE_URL names a Postgres ${version}; allowed is ${oldestVersion} or later.`,
    );
}

async function serverVersion(url: string): Promise<number> {
  const client = new pg.Client({
    ...connectionTo(url, "longshore start"),
    query_timeout: answerMilliseconds,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    return Math.floor(Number(rows[0]?.version) / 10_000);
  } finally {
    await endConnection(client);
  }
}

/** With the settings that a user can change. config.ts has put PGSSLMODE into the URL. */
function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  const mode = searchParams.get("sslmode");
  const tls = mode === null ? "" : `; sslmode=${mode}, from it or from PGSSLMODE`;
  return `${host}${pathname} (DATABASE_URL${tls})`;
}

/** Wrong password, no such role or database, no TLS: waiting does not help. */
function isRefusal(error: Error): boolean {
  const { code = "", message } = error as pg.DatabaseError;
  return (
    /^(28|3D|42)/.test(code) ||
    /^(CERT_|DEPTH_|ERR_TLS_|SELF_SIGNED|UNABLE_TO_)/.test(code) ||
    message === "The server does not support SSL connections"
  );
}

function rejectedBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}
