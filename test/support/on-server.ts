import pRetry from "p-retry";
import pg from "pg";

export async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** insufficient_privilege, object_in_use */
const worthAnotherTry = ["42501", "55006"];

/**
 * A superuser's process that cleans up in it cannot be ended by WITH (FORCE) of another role. It is
 * asked to end when the plain statement is tried.
 */
export async function dropDatabase(server: string, name: string): Promise<void> {
  await pRetry(
    (attempt) =>
      onServer(server, `DROP DATABASE IF EXISTS ${name}${attempt % 2 ? " WITH (FORCE)" : ""}`),
    {
      retries: 10,
      minTimeout: 50,
      factor: 1,
      shouldRetry: ({ error }) => worthAnotherTry.includes((error as pg.DatabaseError).code ?? ""),
    },
  );
}
