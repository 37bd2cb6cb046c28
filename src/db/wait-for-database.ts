import pRetry from "p-retry";
import pg from "pg";

const longestWaitSeconds = 60;
const oldestVersion = 15;

/**
 * Waits for a database that is starting beside us; rejects with a sentence when it does not come,
 * or is too old.
 */
export async function waitForDatabase(url: string): Promise<void> {
  const version = await pRetry(() => serverVersion(url), {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: longestWaitSeconds * 1_000,
    minTimeout: 100,
    maxTimeout: 1_000,
    shouldRetry: ({ error }) => !isRefusal(error),
  }).catch((error: Error) => {
    const { host, pathname } = new URL(url);
    throw new Error(
      `The database ${host}${pathname} (DATABASE_URL) cannot be used: ${error.message || "no connection"}.`,
      {
        cause: error,
      },
    );
  });
  if (version < oldestVersion)
    throw new Error(
      `DATABASE_URL names a Postgres ${version}; allowed is ${oldestVersion} or later.`,
    );
}

async function serverVersion(url: string): Promise<number> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "longshore start",
    connectionTimeoutMillis: 10_000,
  });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ version: string }>(
    "SELECT current_setting('server_version_num') AS version",
  );
  await client.end();
  return Math.floor(Number(rows[0]?.version) / 10_000);
}

/** Wrong password, no such role, no such database: waiting does not help. */
function isRefusal(error: Error): boolean {
  const { code } = error as pg.DatabaseError;
  return code !== undefined && /^(28|3D|42)/.test(code);
}
