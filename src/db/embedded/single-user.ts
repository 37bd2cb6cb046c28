// Postgres without a server: one process that runs statements as the cluster's superuser and
// listens nowhere. The only way to that role, which may not log in.
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

export interface Offline {
  /** the data directory; no server may be running on it */
  data: string;
  binaries: Binaries;
  account: Account;
}

/** Runs the statements in order and returns what is printed; rejects at the first error. */
export function runOffline(
  { data, binaries, account }: Offline,
  database: string,
  statements: string[],
): Promise<string> {
  const options = {
    exit_on_error: "true",
    log_checkpoints: "false",
    // Statements contain passwords.
    log_min_error_statement: "panic",
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // With -j, a statement ends at a semicolon before an empty line.
  const input = statements.map((statement) => `${statement.replace(/\n\s*\n/g, "\n")};\n\n`);
  const args = ["--single", "-j", ...settings, "-D", data, database];
  return account.run(binaries.postgres, args, input.join(""));
}
