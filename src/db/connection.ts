import type pg from "pg";

/**
 * Settings that our statements rely on, whatever the database's or the role's defaults are. Guarded
 * writes read what was committed last, so they are READ COMMITTED. Postgres ends the connection of
 * a client whose machine vanished, and with it its locks, after half a minute.
 */
export const sessionOptions = [
  "-c timezone=UTC",
  "-c default_transaction_isolation=read\\ committed",
  "-c tcp_keepalives_idle=15",
  "-c tcp_keepalives_interval=5",
  "-c tcp_keepalives_count=3",
];

/** Until a connection is open and logged in. */
const connectMilliseconds = 10_000;
/** Then a peer that vanished is asked every second; after ten times the connection is broken. */
const keepAliveMilliseconds = 10_000;

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
    options: sessionOptions.join(" "),
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMilliseconds,
  };
  return given;
}
