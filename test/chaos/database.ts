// The Postgres of a run: embedded in the only service, or one that this process starts for several.
import { join } from "node:path";
import { readPostmaster } from "../../src/db/embedded/postmaster.ts";
import { runningEmbeddedUrls, startEmbeddedPostgres } from "../../src/db/embedded.ts";
import { silentLog } from "../../src/log.ts";
import { send } from "../support/processes.ts";
import { freeze, thaw } from "./processes.ts";

export interface Database {
  /** of the service's role, past the proxies */
  url(): Promise<string>;
  port(): number;
  kill(): void;
  freeze(): void;
  thaw(): void;
}

/** One that faults can stop, set to read-only and cut off. */
export interface OwnDatabase extends Database {
  /** SIGINT: it ends its connections and closes in order */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export function embeddedDatabase(dataDir: string): Database {
  const url = async () => {
    const urls = runningEmbeddedUrls(dataDir);
    if (!urls) throw new Error(`No Postgres runs in ${dataDir}.`);
    return urls.url;
  };
  return { url, ...handlesOf(dataDir) };
}

export async function startDatabase(folder: string): Promise<OwnDatabase> {
  const dataDir = join(folder, "database");
  const settings = { max_connections: "200" };
  const start = () => startEmbeddedPostgres({ dataDir, log: silentLog(), settings });
  let postgres = await start();
  return {
    url: async () => postgres.url,
    ...handlesOf(dataDir),
    stop: () => postgres.stop(),
    async start() {
      postgres = await start();
    },
  };
}

function handlesOf(dataDir: string): Omit<Database, "url"> {
  let port = 0;
  const postmaster = () => {
    const running = readPostmaster({ data: join(dataDir, "postgres", "data") });
    port = running?.port ?? port;
    return running;
  };
  const signal = (act: (pid: number) => void) => {
    const running = postmaster();
    if (running) act(running.pid);
  };
  return {
    port() {
      postmaster();
      return port;
    },
    kill: () => signal((pid) => send(pid, "SIGKILL")),
    freeze: () => signal(freeze),
    thaw: () => signal(thaw),
  };
}
