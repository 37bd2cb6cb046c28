import { rmSync } from "node:fs";
import { type DestinationStream, symbols } from "pino";
import { local } from "../../src/auth/caller.ts";
import type { Clock } from "../../src/clock.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { makeContext } from "../../src/context.ts";
import type { Context } from "../../src/deps.ts";
import { type Logger, loggerTo } from "../../src/log.ts";
import type { Connectors } from "../../src/notices/connectors.ts";
import type { Operation, Task } from "../../src/operations/contract.ts";
import { allOperations } from "../../src/operations/index.ts";
import { workTopic } from "../../src/queue/contract.ts";
import { audit } from "../../src/requests/audit/audit.ts";
import { claim } from "../../src/requests/dispatch/claim.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import { readRequest } from "../../src/requests/read/request.ts";
import { report } from "../../src/requests/reports/report.ts";
import { startScheduler } from "../../src/requests/scheduler/scheduler.ts";
import { isFinal } from "../../src/requests/state.ts";
import type { Report, ReportAnswer, RequestView } from "../../src/requests/views.ts";
import { freshDatabase } from "./database.ts";
import { temporaryFolder } from "./folder.ts";
import { noteFolder, noteLine, noteSettings } from "./leaks/heard.ts";
import { until } from "./wait.ts";

/**
 * The domain without a listener: a real database, the real queue and store, and workers played by
 * the test.
 */
export interface Ledger {
  ctx: Context;
  submit(
    files: number,
    more?: {
      steps?: string[];
      deadlineSeconds?: number;
      stopAfterFailedPercent?: number;
      workers?: number;
      priority?: number;
      owner?: string;
    },
  ): Promise<string>;
  claim(
    max: number,
    more?: { worker?: string; request?: string; waitSeconds?: number },
  ): Promise<Task[]>;
  /** one report of a claimed task */
  report(task: Task, status: Report["status"], more?: Partial<Report>): Promise<ReportAnswer>;
  /** claims so many files of a request, and reports each as a success */
  work(id: string, files: number): Promise<void>;
  /** resolves when so many files are queued and their messages can be taken */
  published(id: string, files: number): Promise<void>;
  ended(id: string): Promise<RequestView>;
  read(id: string): Promise<RequestView>;
  violations(): Promise<string[]>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  env?: Record<string, string>;
  /** another process on the same database */
  databaseUrl?: string;
  scheduler?: boolean;
  /** operations beside those of the list */
  operations?: readonly Operation[];
  clock?: Clock;
  /** stand-ins of other services */
  connectors?: Connectors;
  /** where the test serves the store by S3 */
  s3Url?: () => string;
  /** default: nothing is shown. Either is searched for secrets. */
  log?: Logger;
}

/** Another process on the ledger's database, which does not schedule. */
export function openBeside({ ctx }: Ledger, options: LedgerOptions = {}): Promise<Ledger> {
  return openLedger({ ...options, databaseUrl: ctx.databaseUrl, scheduler: false });
}

/** What it writes from now on. */
function noteLines(log: Logger): void {
  const stream = Reflect.get(log, symbols.streamSym) as DestinationStream;
  const { write } = stream;
  stream.write = (line) => {
    noteLine(line);
    write.call(stream, line);
  };
}

export async function openLedger({
  env = {},
  databaseUrl,
  scheduler = true,
  operations = [],
  clock,
  connectors,
  log = loggerTo({ write: () => undefined }, "debug"),
  s3Url,
}: LedgerOptions = {}): Promise<Ledger> {
  const dataDir = temporaryFolder("ledger");
  const database = databaseUrl ? undefined : await freshDatabase();
  const url = databaseUrl ?? database?.url ?? "";
  const known = [...allOperations, ...operations];
  const config: Config = readConfig(
    {
      DATA_DIR: dataDir,
      DATABASE_URL: url,
      RUNNER: "external",
      OPERATIONS: ["noop", "transform", ...operations.map(({ name }) => name)].join(","),
      SWEEP_SECONDS: "0.2",
      PORT: "0",
      S3_PORT: "0",
      // All callers of a test have one address
      RATE_ADDRESS: "0",
      ...env,
    },
    known,
  );
  const base = () => "http://127.0.0.1:1";
  const ctx = await makeContext(config, {
    log,
    databaseUrl: url,
    urls: {
      public: () => config.publicUrl ?? base(),
      internal: () => config.internalUrl ?? base(),
      ...(s3Url && { s3: s3Url }),
    },
    known,
    ...(clock && { clock }),
    connectors,
  });
  noteSettings(env);
  noteFolder(dataDir);
  noteLines(log);
  const running = scheduler ? startScheduler(ctx) : undefined;

  const ledger: Ledger = {
    ctx,
    async submit(files, { steps = ["noop"], owner = "local", ...more } = {}) {
      const list = Array.from({ length: files }, (_, index) => `/data/${index}.parquet`);
      const { request } = await submit(ctx, owner === "local" ? local : { kind: "user", owner }, {
        dataset: { files: list },
        steps: steps.map((operation) => ({ operation, settings: {} })),
        ...more,
      });
      return request.id;
    },
    claim: (max, { worker = "w", waitSeconds = 30, request } = {}) =>
      claim(ctx, local, { worker, max, waitSeconds, request, leavesBarred: true }),
    async report({ request, file, step, attempt }, status, more = {}) {
      const [answer] = await report(ctx, local, "w", [
        { request, file, step, attempt, status, ...more },
      ]);
      return answer ?? "unknown";
    },
    read: (id) => readRequest(ctx, id, local),
    async published(id, files) {
      await until(async () => {
        const { steps } = await readRequest(ctx, id, local);
        const topics = steps.map(({ operation }) => workTopic(operation, id));
        const depths = await ctx.queue.depths([...new Set(topics)]);
        return [...depths.values()].reduce((total, depth) => total + depth, 0) === files;
      });
    },
    ended: (id) =>
      until(async () => {
        const request = await readRequest(ctx, id, local);
        return isFinal(request.state) ? request : undefined;
      }),
    async work(id, files) {
      for (let left = files; left > 0; ) {
        const tasks = await ledger.claim(left, { request: id });
        for (const task of tasks) {
          const answer = await ledger.report(task, "success");
          if (answer !== "recorded") throw new Error(`${task.task} is not recorded: ${answer}`);
        }
        left -= tasks.length;
      }
    },
    async violations() {
      const found = await audit(ctx.db, ctx.store, {
        fileAttempts: config.fileAttempts,
        operationsWithOutputs: ["transform"],
      });
      return found.violations.map((one) => `${one.invariant} ${one.detail}`);
    },
    async close() {
      await running?.stop();
      await ctx.close();
      await database?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return ledger;
}
