// Where the cluster and Postgres' programs are: in DATA_DIR and the npm package, or, where the
// account that Postgres runs as cannot enter these, in a folder of the system.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Logger } from "../../log.ts";
import type { Account } from "./account.ts";
import { type Binaries, binariesIn } from "./binaries.ts";
import { stopPostmaster } from "./postmaster.ts";

/** The folder that has the cluster of this DATA_DIR. */
export function clusterFolder(dataDir: string): string {
  return recordedPlace(dataDir) ?? insideOf(dataDir);
}

export interface Place {
  folder: string;
  binaries: Binaries;
}

/**
 * Finds or makes the folders. `found` are the package's programs. The caller holds the lock of
 * DATA_DIR.
 */
export async function choosePlace(
  dataDir: string,
  { account, found, log }: { account: Account; found: Binaries; log: Pick<Logger, "info"> },
): Promise<Place> {
  const inside = insideOf(dataDir);
  if (recordedPlace(dataDir) === undefined && !account.reaches(dataDir)) {
    const place = freePlace(dataDir);
    writeFileSync(recordOf(dataDir), place, { mode: 0o600, flush: true });
  }
  const folder = clusterFolder(dataDir);
  if (folder !== inside) {
    log.info({ folder }, "the database is here, since its account cannot enter DATA_DIR");
    makeEnterable(folder);
    await moveCluster(inside, folder);
  }
  if (account.reaches(found.root)) return { folder, binaries: found };
  const binaries = copiedBinaries(found, recordedPlace(dataDir) ?? placeOf(dataDir));
  log.info(
    { folder: binaries.root },
    "Postgres' programs are here, where its account can run them",
  );
  return { folder, binaries };
}

const systemFolder = "/var/lib/longshore";

function insideOf(dataDir: string): string {
  return join(dataDir, "postgres");
}

function recordOf(dataDir: string): string {
  return join(insideOf(dataDir), "place");
}

function recordedPlace(dataDir: string): string | undefined {
  const record = recordOf(dataDir);
  if (!existsSync(record)) return undefined;
  const place = readFileSync(record, "utf8").trim();
  if (!isAbsolute(place))
    throw new Error(`${record} has ${JSON.stringify(place)}; it must have a folder's full path.`);
  return place;
}

function placeOf(dataDir: string): string {
  const hash = createHash("sha256").update(realpathSync(dataDir)).digest("hex");
  return join(systemFolder, hash.slice(0, 16));
}

/** A cluster that is already there belongs to a DATA_DIR that was removed without it. */
function freePlace(dataDir: string): string {
  const first = placeOf(dataDir);
  for (let place = first, number = 2; ; place = `${first}-${number++}`)
    if (!existsSync(join(place, "data"))) return place;
}

function makeEnterable(folder: string): void {
  for (const path of [systemFolder, folder]) {
    if (existsSync(path)) continue;
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o711);
  }
}

/** Earlier versions had the cluster in DATA_DIR, even where its account could not enter it. */
async function moveCluster(from: string, to: string): Promise<void> {
  const [old, data] = [join(from, "data"), join(to, "data")];
  if (!existsSync(old) || existsSync(data)) return;
  await stopPostmaster({ data: old });
  const draft = `${data}.moving`;
  rmSync(draft, { recursive: true, force: true });
  // The folders may be in different file systems.
  execFileSync("cp", ["-a", old, draft]);
  execFileSync("sync", ["-f", draft]);
  renameSync(draft, data);
  rmSync(old, { recursive: true });
}

/** A copy for each version; it is complete before it gets its name. */
function copiedBinaries(found: Binaries, place: string): Binaries {
  const stamp = createHash("sha256").update(readFileSync(found.postgres)).digest("hex");
  const folder = join(place, `programs-${stamp.slice(0, 16)}`);
  if (existsSync(folder)) return binariesIn(folder);
  makeEnterable(place);
  const draft = join(place, "programs.new");
  rmSync(draft, { recursive: true, force: true });
  execFileSync("cp", ["-R", found.root, draft]);
  execFileSync("chmod", ["-R", "u=rwX,go=rX", draft]);
  renameSync(draft, folder);
  return binariesIn(folder);
}
