// What use cases get. `context.ts` creates the values; this file has only types.
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { ClientAddress } from "./auth/client-address.ts";
import type { Tries } from "./auth/device/tries.ts";
import type { LocalAccess } from "./auth/local-access.ts";
import type { Provider } from "./auth/oidc/provider.ts";
import type { Rates } from "./auth/rates.ts";
import type { TokenKeys } from "./auth/tokens/jwt.ts";
import type { UserCache } from "./auth/user-cache.ts";
import type { WorkTokens } from "./auth/work-tokens.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Finder } from "./datasets/contract.ts";
import type { Db } from "./db/client.ts";
import type { Notifier } from "./db/notifier.ts";
import type { People } from "./db/people.ts";
import type { DatabaseProbe } from "./db/probe.ts";
import type { CallSeconds } from "./metrics.ts";
import type { Connectors } from "./notices/connectors.ts";
import type { Operation, Task } from "./operations/contract.ts";
import type { BrokerUsers } from "./queue/broker-users.ts";
import type { TransformerQueues } from "./queue/celery-broker.ts";
import type { Queue } from "./queue/contract.ts";
import type { FinderQueues } from "./queue/finder-queues.ts";
import type { AdvanceQueue } from "./requests/advance/advance-queue.ts";
import type { Chunks } from "./requests/advance/chunks.ts";
import type { ClaimQueue } from "./requests/dispatch/claim-queue.ts";
import type { LockedRequests } from "./requests/dispatch/locked-requests.ts";
import type { Gauges } from "./requests/monitor/gauges.ts";
import type { LedgerMetrics } from "./requests/monitor/metrics.ts";
import type { RecentActivity } from "./requests/monitor/recent-activity.ts";
import type { RequestWatch } from "./requests/read/request-watch.ts";
import type { Batcher } from "./requests/reports/batcher.ts";
import type { ReportedRequests } from "./requests/reports/reported-requests.ts";
import type { StepOperations } from "./requests/reports/step-operations.ts";
import type { Runner } from "./runner/contract.ts";
import type { SigningKeys } from "./secrets.ts";
import type { Store } from "./storage/contract.ts";
import type { BarredTargets } from "./users/barred.ts";

export interface Context {
  config: Config;
  log: Logger;
  clock: Clock;
  databaseUrl: string;
  db: Db;
  /** for the ledger's bulk statements: their plans use keys, whatever the statistics say */
  ledger: Db;
  /** for the leases of leaders: a busy pool must not end a term */
  leaderDb: Db;
  /** whether the database can be used now */
  probe: DatabaseProbe;
  notifier: Notifier;
  queue: Queue;
  /** the queues of others' containers; undefined without a broker */
  transformers: TransformerQueues | undefined;
  /** users of the broker, one a run; undefined where all share one login */
  brokerUsers: BrokerUsers | undefined;
  store: Store;
  runner: Runner;
  operations: Map<string, Operation>;
  finders: Map<string, Finder>;
  /** where finders of others are asked; undefined where they are awaited alone */
  finderQueues: FinderQueues | undefined;
  batcher: Batcher;
  advanceQueue: AdvanceQueue;
  chunks: Chunks;
  /** what this service exports of itself: `metrics`, `callSeconds` and its connections */
  registry: Registry;
  metrics: LedgerMetrics;
  callSeconds: CallSeconds;
  /** of the whole database: exported by one process of all */
  gauges: Gauges;
  /** what this process observes, for "why is it waiting?" */
  activity: RecentActivity;
  claimQueue: ClaimQueue<Task>;
  /** requests whose files do not start now, as this process finds */
  lockedRequests: LockedRequests;
  /** tells event streams of changes */
  requestWatch: RequestWatch;
  urls: Urls;
  /** signs URLs, tokens, S3 keys and receipts */
  signingKey: Buffer;
  /** signatures by any of these are valid; newest first, with `signingKey` */
  verifyingKeys: SigningKeys;
  workTokens: WorkTokens;
  /** with identity on: accounts and what belongs to them */
  people: People;
  userCache: UserCache;
  /** where people sign in, if they do */
  provider: Provider | undefined;
  /** what is bound to groups that the owner of a request is not in */
  barred: BarredTargets;
  /** sign and verify people's tokens */
  tokenKeys: TokenKeys;
  /** where messages to Slack and mail go */
  connectors: Connectors;
  /** wrong codes of programs that wait for a person */
  deviceTries: Tries;
  /** counts the calls of people and addresses */
  rates: Rates;
  localAccess: LocalAccess;
  /** where a call comes from */
  clientAddress: ClientAddress;
  stepOperations: StepOperations;
  reportedRequests: ReportedRequests;
  /** Breaks off what still waits for the database, so that `close` does not wait for it. */
  shut(): void;
  close(): Promise<void>;
}

/** Addresses of this service, as others call it. */
export interface Urls {
  /** for people and their programs */
  public(): string;
  /** for workers */
  internal(): string;
  /** for operators, if they have a port of their own */
  ops?(): string;
  /** at that port, `public` is its own address, and this one that of people */
  people?(): string;
  /** if this process has the S3 endpoint */
  s3?(): string;
}

/**
 * The parts of the context that a function uses, such as `Deps<"db" | "store">`, so that its
 * signature shows them.
 */
export type Deps<Part extends keyof Context> = Pick<Context, Part>;
