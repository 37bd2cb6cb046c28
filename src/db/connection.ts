import type pg from "pg";

/**
 * What every connection of ours begins with. The driver takes whatever is not given here from PG*
 * variables, which a user's shell sets for other programs. What the URL itself says comes first,
 * such as `?sslmode=require`.
 */
export function connectionTo(url: string, applicationName: string): pg.ClientConfig {
  const given = {
    connectionString: url,
    application_name: applicationName,
    ssl: false,
    sslnegotiation: "postgres" as const,
    client_encoding: "UTF8",
    replication: "false",
    options: "-c timezone=UTC",
  };
  return given;
}
