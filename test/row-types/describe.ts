// What Postgres says of a statement without running it: the columns of its rows.
import type { FieldDef } from "pg";
import pg from "pg";

export interface Described {
  name: string;
  type: number;
  /** a column that may be null; false for an expression too, of which Postgres says nothing */
  nullable: boolean;
}

export interface Describer {
  describe(text: string): Promise<Described[]>;
  close(): Promise<void>;
}

export async function openDescriber(url: string): Promise<Describer> {
  const client = new pg.Client({ connectionString: url, application_name: "row types" });
  await client.connect();
  const { rows } = await client.query<{ key: string; name: string }>(
    `SELECT attrelid || '.' || attnum AS key, attname AS name FROM pg_attribute
     WHERE attnum > 0 AND NOT attnotnull`,
  );
  const nullables = new Map(rows.map(({ key, name }) => [key, name]));
  return {
    async describe(text) {
      const fields = await fieldsOf(client, text);
      return fields.map(({ name, dataTypeID, tableID, columnID }) => ({
        name,
        type: dataTypeID,
        nullable: mayBeNull(text, nullables.get(`${tableID}.${columnID}`)),
      }));
    },
    close: () => client.end(),
  };
}

/** Not where the statement itself leaves out the nulls. */
function mayBeNull(text: string, column: string | undefined): boolean {
  return column !== undefined && !new RegExp(`\\b${column} IS NOT NULL`).test(text);
}

/** Parse, describe and sync: the messages of the protocol that the driver sends before a bind. */
function fieldsOf(client: pg.Client, text: string): Promise<FieldDef[]> {
  return new Promise((resolve, reject) => {
    let fields: FieldDef[] = [];
    let failure: Error | undefined;
    client.query({
      submit(connection: Connection) {
        connection.parse({ text, name: "", types: [] });
        connection.describe({ type: "S", name: "" });
        connection.sync();
      },
      handleRowDescription(message: { fields: FieldDef[] }) {
        fields = message.fields;
      },
      handleError(error: Error) {
        failure = error;
        reject(error);
      },
      handleReadyForQuery() {
        if (!failure) resolve(fields);
      },
    } as unknown as pg.Submittable);
  });
}

interface Connection {
  parse(query: { text: string; name: string; types: number[] }): void;
  describe(message: { type: "S" | "P"; name: string }): void;
  sync(): void;
}
