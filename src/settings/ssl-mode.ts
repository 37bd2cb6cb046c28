/**
 * PGSSLMODE is the only variable of Postgres' own programs that counts: TLS that is asked for is
 * not left out in silence.
 */
export function withSslMode(databaseUrl: string | undefined, mode = ""): string | undefined {
  if (databaseUrl === undefined || !["require", "verify-ca", "verify-full"].includes(mode))
    return databaseUrl;
  const url = new URL(databaseUrl);
  if (!url.searchParams.has("sslmode") && !url.searchParams.has("ssl"))
    url.searchParams.set("sslmode", mode);
  return url.href;
}
