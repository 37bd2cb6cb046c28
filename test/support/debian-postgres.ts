// A Postgres of Debian, with its programs for backups, as an operator has them.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../../src/config.ts";
import { chooseAccount } from "../../src/db/embedded/account.ts";
import { temporaryFolder } from "./folder.ts";
import { until } from "./wait.ts";

const home = "/usr/lib/postgresql";
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export interface DebianPostgres {
  /** of the one database */
  url: string;
  /** A program of Postgres, such as pg_dump, as a line of a shell. */
  shell(line: string, env?: Record<string, string>): Promise<string>;
  /** Kills it, removes all its data, and starts an empty one at the same address. */
  lose(): Promise<void>;
  remove(): Promise<void>;
}

/** The folder of its programs; undefined where the package is not installed. */
export function debianPostgres(): string | undefined {
  const versions = existsSync(home) ? readdirSync(home).toSorted() : [];
  const folder = join(home, versions.at(-1) ?? "", "bin");
  return ["postgres", "pg_dump", "pg_restore"].every((name) => existsSync(join(folder, name)))
    ? folder
    : undefined;
}

export async function startDebianPostgres(bin: string, port: number): Promise<DebianPostgres> {
  const folder = temporaryFolder("debian-postgres");
  const account = chooseAccount();
  account.own(folder);
  const data = join(folder, "data");
  const address = `postgresql://longshore@127.0.0.1:${port}`;
  const env = { ...childEnvironment(), PATH: `${bin}:${process.env.PATH}` };
  const shell: DebianPostgres["shell"] = async (line, more = {}) =>
    (await promisify(execFile)("sh", ["-ec", line], { env: { ...env, ...more } })).stdout;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const made = ["--pgdata", data, "--username", "longshore", "--auth", "trust", "--no-sync"];
    await account.run(join(bin, "initdb"), made);
    const place = ["-D", data, "-k", folder, "-h", "127.0.0.1", "-p", String(port), "-F"];
    child = spawn(join(bin, "postgres"), place, { ...nobody, cwd: "/", stdio: "ignore" });
    await until(() => shell(`psql -qc "SELECT 1" ${address}/postgres`).then(() => true));
    await shell(`psql -qc "CREATE DATABASE longshore" ${address}/postgres`);
  }

  async function end(): Promise<void> {
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
    // Its children end by themselves when they notice.
    await until(() => {
      rmSync(data, { recursive: true, force: true, maxRetries: 5 });
      return !existsSync(data);
    });
  }

  mkdirSync(folder, { recursive: true });
  await start();
  return {
    url: `${address}/longshore`,
    shell,
    lose: async () => {
      await end();
      await start();
    },
    remove: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
