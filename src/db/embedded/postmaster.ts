// Starts and stops Postgres' main process. It outlives ours, so a kill -9 of the service does not
// harm the database.
import { readFileSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { commandOf, folderOf, isRunning } from "../../live-process.ts";
import { pause } from "../../time.ts";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import type { Cluster } from "./cluster.ts";

export interface Postmaster {
  pid: number;
  port: number;
}

/**
 * pg_ctl detaches it into another session, so that Ctrl-C ends only the service, which then stops
 * the database in order.
 */
export async function startPostmaster(
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
): Promise<Postmaster> {
  await removeStalePid(cluster);
  putAsideLongLog(cluster);
  await account.run(binaries.pgCtl, [
    "start",
    "--pgdata",
    cluster.data,
    "--log",
    cluster.log,
    "--wait",
    "--timeout",
    "60",
    "--silent",
  ]);
  const started = readPostmaster(cluster);
  if (started === undefined)
    throw new Error(`Postgres ended right after its start; see ${cluster.log}.`);
  return started;
}

/** Fast shutdown: open transactions are rolled back, nothing committed is lost. */
export async function stopPostmaster(cluster: Pick<Cluster, "data">): Promise<void> {
  const running = readPostmaster(cluster);
  if (running === undefined) return;
  process.kill(running.pid, "SIGINT");
  await untilEnded(running.pid, cluster.data);
}

async function untilEnded(pid: number, data: string): Promise<void> {
  const deadline = performance.now() + longestStopSeconds * 1_000;
  while (isPostmasterOf(pid, data)) {
    if (performance.now() > deadline)
      throw new Error(`Postgres (process ${pid}) did not end in ${longestStopSeconds} seconds.`);
    await pause(50);
  }
}

const longestStopSeconds = 60;

/** The running Postgres of this cluster, if there is one. */
export function readPostmaster(cluster: Pick<Cluster, "data">): Postmaster | undefined {
  const [pid, port] = pidFileNumbers(cluster.data);
  if (pid === undefined || pid < 0 || port === undefined || !isPostmasterOf(pid, cluster.data))
    return undefined;
  return { pid, port };
}

/** A free port: the last one if possible, so that noted URLs stay valid. */
export async function freePort(wanted: number): Promise<number> {
  return (await listens(wanted)) ?? (await listens(0)) ?? 0;
}

/**
 * Postgres refuses to start while the file is empty or damaged, as a power cut leaves it, and while
 * the number in it exists: as a zombie for seconds after a kill, as another program after a reboot.
 * By the shared memory it also checks that no process of the old server is left.
 */
export async function removeStalePid(cluster: Pick<Cluster, "data">): Promise<void> {
  if (readIfThere(pidFile(cluster.data)) === undefined) return;
  // One that is starting right now has made the file and writes it in the same moment
  if (pidFileNumbers(cluster.data)[0] === undefined) await pause(200);
  const [pid] = pidFileNumbers(cluster.data);
  if (pid !== undefined && pid < 0) await untilEnded(-pid, cluster.data);
  else if (pid !== undefined && isPostmasterOf(pid, cluster.data)) return;
  rmSync(pidFile(cluster.data), { force: true });
}

/** Postgres logs little, but over years it adds up. */
function putAsideLongLog(cluster: Cluster): void {
  const size = statSync(cluster.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > longLogBytes) renameSync(cluster.log, `${cluster.log}.old`);
}

const longLogBytes = 10_000_000;

/** Lines 1 and 4 of postmaster.pid. In single-user mode, line 1 is negative. */
function pidFileNumbers(data: string): [number | undefined, number | undefined] {
  const lines = readIfThere(pidFile(data))?.split("\n") ?? [];
  const wholeNumber = (line: string | undefined) =>
    /^-?\d+$/.test(line?.trim() ?? "") ? Number(line) : undefined;
  return [wholeNumber(lines[0]), wholeNumber(lines[3])];
}

function pidFile(data: string): string {
  return join(data, "postmaster.pid");
}

/** After a reboot another Postgres may have the number; a postmaster works in its own folder. */
function isPostmasterOf(pid: number, data: string): boolean {
  if (!isRunning(pid) || !(commandOf(pid)?.includes("postgres") ?? true)) return false;
  const folder = folderOf(pid);
  return folder === undefined || folder === realpathSync(data);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function listens(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : undefined),
      );
    });
  });
}
