// A service in this process whose `outside` steps are done by sidecars of real Celery.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { local } from "../../src/auth/caller.ts";
import { childEnvironment } from "../../src/config.ts";
import { makeApp } from "../../src/http/app.ts";
import { listen } from "../../src/http/listen.ts";
import { makeMounts } from "../../src/mounts.ts";
import { requestCredentials } from "../../src/requests/keys/credentials.ts";
import { keyProblem } from "../../src/requests/keys/keys.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { resultBuckets } from "../../src/requests/read/result-bucket.ts";
import { consumeReports } from "../../src/requests/reports/consume-reports.ts";
import { makeScaler } from "../../src/requests/scheduler/scale-workers.ts";
import { requestOfRun } from "../../src/requests/sidecars/destinations.ts";
import { makeS3App } from "../../src/s3/app.ts";
import { venv } from "../clients/venv.ts";
import { outsideOperation } from "../operations/outside.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

export interface Sidecar {
  readonly name: string;
  printed(): string;
  /** it takes what is there from now on, and reports nothing */
  breakDown(): void;
  /** SIGKILL to it and its children */
  kill(): Promise<void>;
  isAlive(): boolean;
}

export interface Outside {
  ledger: Ledger;
  submit(names: string[], steps?: number, settings?: Record<string, unknown>): Promise<string>;
  /** `address`: the broker, with its login; by default that of the service */
  sidecar(run: string, address?: string, env?: Record<string, string>): Promise<Sidecar>;
  /** what containers of a run are told of the store */
  storeVariables(run: string): Record<string, string>;
  /** the broker with the login that a runner would give to the run's containers */
  login(run: string): Promise<string>;
  mark(name: string): void;
  /** whether a sidecar has taken the file */
  taken(file: string, by: Sidecar): boolean;
  close(): Promise<void>;
}

const packages = ["celery==5.7.0", "requests==2.32.5", "minio==7.2.20"];
const here = dirname(fileURLToPath(import.meta.url));
const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) killGroup(child);
});

export async function openOutside(broker: string, env: Record<string, string>): Promise<Outside> {
  const python = await venv("servicex-sidecar", packages);
  const [port = 0, s3Port = 0] = await freePorts(2);
  const marks = temporaryFolder("marks");
  const ledger = await openLedger({
    operations: [outsideOperation()],
    env: { QUEUE_URL: broker, INTERNAL_URL: `http://127.0.0.1:${port}`, ...env },
    s3Url: () => `http://127.0.0.1:${s3Port}`,
  });
  const { ctx } = ledger;
  const s3 = makeS3App({
    store: ctx.store,
    rootKeys: ctx.verifyingKeys,
    log: ctx.log,
    results: resultBuckets(ctx),
    keyProblem: (key) => keyProblem(ctx, key),
    requestOfRun: (run) => requestOfRun(ctx, run),
    uploadLimitBytes: 1 << 20,
  });
  const listening = [
    await listen("127.0.0.1", port, "PORT", makeApp(ctx, makeMounts())),
    await listen("127.0.0.1", s3Port, "S3_PORT", s3),
  ];
  const reports = await consumeReports(ctx);
  let started = 0;

  function storeVariables(run: string): Record<string, string> {
    const keys = requestCredentials(ctx.signingKey, run, "write");
    return {
      MINIO_URL: `127.0.0.1:${s3Port}`,
      MINIO_ACCESS_KEY: keys.accessKey,
      MINIO_SECRET_KEY: keys.secretKey,
      MINIO_ENCRYPT: "False",
    };
  }

  return {
    ledger,
    storeVariables,
    async login(run) {
      const runner = { ...ctx.runner, capacity: 10, reconcile: async () => undefined };
      const group = await until(async () =>
        (await makeScaler({ ...ctx, runner })()).find(({ key }) => key === `run-${run}`),
      );
      return group.credentials.brokerUrl ?? "";
    },
    async submit(names, steps = 1, settings = {}) {
      const { request } = await submit(ctx, local, {
        dataset: { files: names.map((name) => `root://far//${name}`) },
        steps: Array.from({ length: steps }, () => ({
          operation: "outside",
          settings: { says: "code", destination: "object-store", ...settings },
        })),
      });
      return request.id;
    },
    async sidecar(run, address = broker, more = {}) {
      started += 1;
      const name = `host-${started}`;
      const sidecar = launch(python, name, {
        RUN: run,
        NAME: name,
        MARKS: marks,
        BROKER: address,
        ...storeVariables(run),
        ...more,
      });
      await until(() => / ready\.$/m.test(sidecar.printed()) || !sidecar.isAlive(), {
        timeoutSeconds: 60,
        what: "a sidecar",
      });
      if (!sidecar.isAlive()) throw new Error(`A sidecar ended:\n${sidecar.printed()}`);
      return {
        ...sidecar,
        breakDown: () => writeFileSync(join(marks, `broken-${name}`), ""),
      };
    },
    mark: (name) => writeFileSync(join(marks, name), ""),
    taken: (file, { name }) => existsSync(join(marks, `taken-${file}-${name}`)),
    async close() {
      for (const child of living) killGroup(child);
      for (const one of listening) await one.close(1);
      await reports.stop();
      await ledger.close();
    },
  };
}

function launch(
  python: string,
  name: string,
  env: Record<string, string>,
): Omit<Sidecar, "breakDown"> {
  const folder = temporaryFolder("sidecar");
  mkdirSync(folder, { recursive: true });
  const printed = join(folder, "printed");
  const output = openSync(printed, "a");
  const child = spawn(python, [join(here, "sidecar.py")], {
    env: { ...childEnvironment(), PYTHONUNBUFFERED: "1", HOME: folder, ...env },
    cwd: folder,
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  living.add(child);
  child.once("exit", () => living.delete(child));
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  return {
    name,
    printed: () => readFileSync(printed, "utf8"),
    isAlive,
    async kill() {
      if (!isAlive()) return;
      killGroup(child);
      await once(child, "exit");
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}
