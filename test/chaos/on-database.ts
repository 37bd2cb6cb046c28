import pg from "pg";

/** Runs statements one by one on a connection of their own, which can write whatever is set. */
export async function onDatabase<Row extends object>(
  url: string,
  ...statements: string[]
): Promise<Row[]> {
  const client = new pg.Client({
    connectionString: url,
    options: "-c default_transaction_read_only=off",
  });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows as Row[];
    return rows;
  } finally {
    await client.end();
  }
}
