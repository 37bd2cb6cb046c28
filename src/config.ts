// Every setting, read once. No other file reads the environment.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { InputFolders } from "./inputs/folders.ts";
import { withAppConfigFile } from "./settings/app-config-file.ts";
import { type ClientConfig, clientConfig } from "./settings/client.ts";
import {
  refuseContradictions,
  refuseLonelyWorkers,
  refuseSharedPorts,
  refuseStrayScheme,
} from "./settings/contradictions.ts";
import { type FacilitySource, facilityNames, readFacility } from "./settings/facility.ts";
import { type IdentityConfig, identityConfig, identitySettings } from "./settings/identity.ts";
import { inputFolders } from "./settings/input-folders.ts";
import { isLoopback } from "./settings/is-loopback.ts";
import { type IsimipConfig, isimipConfig, isimipSettings } from "./settings/isimip.ts";
import { type KubernetesConfig, kubernetesConfig } from "./settings/kubernetes.ts";
import { kubernetesSettings } from "./settings/kubernetes-keys.ts";
import { refusePublicPasswords } from "./settings/public-passwords.ts";
import { refusal } from "./settings/refusal.ts";
import { withoutAliases } from "./settings/servicex.ts";
import { type SidecarsConfig, sidecarSettings, sidecarsConfig } from "./settings/sidecars.ts";
import { withSslMode } from "./settings/ssl-mode.ts";
import { type FolderStore, type S3Store, storeUrl } from "./settings/store-url.ts";
import { type TapeConfig, tapeConfig, tapeSettings } from "./settings/tape.ts";
import { type TlsFiles, tlsFiles, tlsSettings } from "./settings/tls.ts";
import * as value from "./settings/values.ts";
import { withoutEmpty } from "./settings/without-empty.ts";

export { ConfigError } from "./settings/config-error.ts";

export const roles = ["api", "scheduler", "worker"] as const;
export type Role = (typeof roles)[number];

export interface Config {
  host: string;
  port: number;
  internalPort?: number | undefined;
  /** metrics, and what else operators ask */
  opsPort?: number | undefined;
  /** unset: from the listener */
  opsUrl?: string | undefined;
  s3Port: number;
  /** where clients reach it; unset: from the listener */
  s3Url?: string | undefined;
  dataDir: string;
  /** unset: the embedded Postgres in `dataDir` */
  databaseUrl?: string | undefined;
  /** what `longshore import` reads */
  servicexDatabaseUrl?: string | undefined;
  /** how long a start waits for it */
  databaseWaitSeconds: number;
  /** unset: the database */
  queueUrl?: string | undefined;
  store: FolderStore | S3Store;
  publicUrl?: string | undefined;
  internalUrl?: string | undefined;
  /** unset: the ports speak plain HTTP */
  tls?: TlsFiles | undefined;
  runner: "local" | "external" | "kubernetes";
  /** only with that runner */
  kubernetes?: KubernetesConfig | undefined;
  /** empty: all except `noop` */
  operations: string[];
  leaseSeconds: number;
  sweepSeconds: number;
  fileAttempts: number;
  resultTtlDays?: number | undefined;
  localWorkers: number;
  /** INPUT_ROOTS, without the folders of the service itself */
  inputFolders: InputFolders;
  /** host patterns that http and s3 inputs may come from; empty: none */
  inputHosts: string[];
  /** which of the two are set here */
  inputsSet: { roots: boolean; hosts: boolean };
  /** the variable that names a proxy here: inputs are read without one */
  unusedProxy?: string | undefined;
  /** what one file may use of a worker before it is given up */
  fileLimits: {
    memoryMegabytes: number;
    seconds: number;
    outputMegabytes: number;
    threads: number;
  };
  /** of steps that containers of others do */
  sidecars: SidecarsConfig;
  /** what a dry run may take, its look for the first file included */
  dryRunSeconds: number;
  roles: Role[];
  enableAuth: boolean;
  /** only with `enableAuth` */
  identity?: IdentityConfig | undefined;
  /** with identity off, callers need not be the user who started the service */
  allowAnyone: boolean;
  /** newest first: the first signs, all verify; unset: a key kept in `dataDir` */
  secretKeys?: string[] | undefined;
  logLevel: (typeof logLevels)[number];
  defaultDidScheme: string;
  /** schemes of finders outside of this service */
  didSchemes: string[];
  /** how long a lookup may run without a call of its finder */
  lookupSeconds: number;
  /** what a lookup by a finder of this service may use before it is ended */
  finderLimits: { seconds: number; memoryMegabytes: number; files: number; folders: number };
  /** lookups at once in this process; each is a process of its own */
  finderProcesses: number;
  /** files of one request; unset: a million in a list, and what a finder may find */
  mostFiles?: number | undefined;
  /** operations whose tasks are left to agents (`longshore agent`) */
  agentOperations: string[];
  tape: TapeConfig;
  /** only where its façade is on */
  isimip?: IsimipConfig | undefined;
  /** values from the environment for operations with such settings, by operation name */
  facility: Record<string, Record<string, unknown>>;
}

const logLevels = ["trace", "debug", "info", "warn", "error"] as const;

const settings = z.object({
  APP_CONFIG_FILE: z.string().optional(),
  HOST: value.hostName.default("127.0.0.1"),
  PORT: value.port.default(5000),
  INTERNAL_PORT: value.port.optional(),
  OPS_PORT: value.port.optional(),
  OPS_URL: value.httpUrl.optional(),
  S3_PORT: value.port.default(9000),
  S3_URL: value.httpOrigin.optional(),
  DATA_DIR: value.dataFolder,
  DATABASE_URL: value.postgresUrl.optional(),
  SERVICEX_DATABASE_URL: value.servicexDatabase.optional(),
  DATABASE_WAIT_SECONDS: value.number(1, 86_400).default(60),
  QUEUE_URL: value.amqpUrl.optional(),
  STORE_URL: storeUrl.optional(),
  PUBLIC_URL: value.httpUrl.optional(),
  INTERNAL_URL: value.httpUrl.optional(),
  ...tlsSettings,
  RUNNER: value.oneOf(["local", "external", "kubernetes"]).default("local"),
  OPERATIONS: value.listOf(/^[a-z][a-z-]*$/, "names of operations").default([]),
  LEASE_SECONDS: value.number(0.1, 86_400).default(60),
  SWEEP_SECONDS: value.number(0.05, 3_600).default(5),
  FILE_ATTEMPTS: value.wholeNumber(1, 1_000).default(3),
  RESULT_TTL_DAYS: value.number(0, 36_500).optional(),
  LOCAL_WORKERS: value.wholeNumber(0, 1_024).default(availableParallelism()),
  INPUT_ROOTS: value.folders.prefault("."),
  INPUT_HOSTS: value
    .listOf(/^[\w.*:[\]-]+$/, "host patterns such as data.example.org or *.example.org")
    .default([]),
  FILE_MEMORY_MEGABYTES: value.wholeNumber(64, 1_048_576).default(1_024),
  FILE_SECONDS: value.number(1, 604_800).default(600),
  FILE_OUTPUT_MEGABYTES: value.wholeNumber(1, 1_048_576).default(4_096),
  FILE_THREADS: value.wholeNumber(1, 256).default(1),
  ...sidecarSettings,
  ...kubernetesSettings,
  DRY_RUN_SECONDS: value.number(1, 120).default(60),
  ROLES: value.someOf(roles).default([...roles]),
  ENABLE_AUTH: value.yesOrNo.optional(),
  ALLOW_ANYONE: value.yesOrNo.default(false),
  SECRET_KEY: value.secrets.optional(),
  ...identitySettings,
  LOG_LEVEL: z.string().toLowerCase().pipe(value.oneOf(logLevels)).default("info"),
  DID_FINDER_DEFAULT_SCHEME: value.word.optional(),
  VALID_DID_SCHEMES: value.listOf(/^[\w-]+$/, "schemes").default([]),
  LOOKUP_SECONDS: value.number(0.1, 604_800).default(3_600),
  FINDER_SECONDS: value.number(0.1, 604_800).default(3_600),
  FINDER_MEMORY_MEGABYTES: value.wholeNumber(64, 1_048_576).default(512),
  FINDER_FILES: value.wholeNumber(1, 1_000_000_000).default(5_000_000),
  FINDER_FOLDERS: value.wholeNumber(1, 1_000_000_000).default(200_000),
  MOST_FILES: value.wholeNumber(1, 1_000_000_000).optional(),
  FINDER_PROCESSES: value.wholeNumber(2, 1_024).default(8),
  AGENT_OPERATIONS: value.listOf(/^[a-z][a-z-]*$/, "names of operations").default([]),
  ...tapeSettings,
  ...isimipSettings,
});

/** Every name that `readConfig` reads; doc/settings.md must describe each. */
export const settingNames: string[] = Object.keys(settings.shape);

/**
 * Throws `ConfigError` that names each invalid variable, its value and what is allowed. The
 * variables of `operations` are read too.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  operations: readonly FacilitySource[] = [],
): Config {
  facilityNames(operations, settingNames);
  const { env: said, places } = withAppConfigFile(env);
  const plain = withoutEmpty(withoutAliases(said));
  const read = settings.safeParse(plain);
  if (!read.success) throw refusal(read.error, plain, places);
  refusePublicPasswords(plain);
  const set = read.data;
  const enableAuth = set.ENABLE_AUTH ?? !isLoopback(set.HOST);
  refuseContradictions(set, enableAuth);
  const { PORT, INTERNAL_PORT, OPS_PORT, S3_PORT } = set;
  refuseSharedPorts({ PORT, INTERNAL_PORT, OPS_PORT, S3_PORT });
  refuseLonelyWorkers(set.ROLES, set.INTERNAL_URL ?? set.PUBLIC_URL);
  refuseStrayScheme(set.DID_FINDER_DEFAULT_SCHEME, set.VALID_DID_SCHEMES);
  const facility = readFacility(plain, operations, (error) => refusal(error, plain, places));
  const store = set.STORE_URL ?? { kind: "folder", path: join(set.DATA_DIR, "store") };
  const stored = store.kind === "folder" ? store.path : undefined;
  const open = inputFolders({ inputRoots: set.INPUT_ROOTS, dataDir: set.DATA_DIR, store: stored });
  return {
    host: set.HOST,
    port: set.PORT,
    internalPort: set.INTERNAL_PORT,
    opsPort: set.OPS_PORT,
    opsUrl: set.OPS_URL,
    s3Port: set.S3_PORT,
    s3Url: set.S3_URL,
    dataDir: set.DATA_DIR,
    databaseUrl: withSslMode(set.DATABASE_URL, env.PGSSLMODE),
    servicexDatabaseUrl: set.SERVICEX_DATABASE_URL,
    databaseWaitSeconds: set.DATABASE_WAIT_SECONDS,
    queueUrl: set.QUEUE_URL,
    store,
    publicUrl: set.PUBLIC_URL,
    internalUrl: set.INTERNAL_URL,
    tls: tlsFiles(set),
    runner: set.RUNNER,
    kubernetes: kubernetesConfig(set, facility),
    operations: set.OPERATIONS,
    leaseSeconds: set.LEASE_SECONDS,
    sweepSeconds: set.SWEEP_SECONDS,
    fileAttempts: set.FILE_ATTEMPTS,
    resultTtlDays: set.RESULT_TTL_DAYS,
    localWorkers: set.LOCAL_WORKERS,
    inputFolders: open,
    inputHosts: set.INPUT_HOSTS,
    inputsSet: { roots: "INPUT_ROOTS" in plain, hosts: "INPUT_HOSTS" in plain },
    unusedProxy: proxyNames.find((name) => env[name]?.trim()),
    fileLimits: {
      memoryMegabytes: set.FILE_MEMORY_MEGABYTES,
      seconds: set.FILE_SECONDS,
      outputMegabytes: set.FILE_OUTPUT_MEGABYTES,
      threads: set.FILE_THREADS,
    },
    sidecars: sidecarsConfig(set),
    dryRunSeconds: set.DRY_RUN_SECONDS,
    roles: set.ROLES,
    enableAuth,
    ...(enableAuth && { identity: identityConfig(set) }),
    allowAnyone: set.ALLOW_ANYONE,
    secretKeys: set.SECRET_KEY,
    logLevel: set.LOG_LEVEL,
    defaultDidScheme: set.DID_FINDER_DEFAULT_SCHEME ?? set.VALID_DID_SCHEMES[0] ?? "user",
    didSchemes: set.VALID_DID_SCHEMES,
    lookupSeconds: set.LOOKUP_SECONDS,
    finderLimits: {
      seconds: set.FINDER_SECONDS,
      memoryMegabytes: set.FINDER_MEMORY_MEGABYTES,
      files: set.FINDER_FILES,
      folders: set.FINDER_FOLDERS,
    },
    finderProcesses: set.FINDER_PROCESSES,
    mostFiles: set.MOST_FILES,
    agentOperations: set.AGENT_OPERATIONS,
    tape: tapeConfig(set, enableAuth),
    isimip: isimipConfig(set, open, set.OPERATIONS),
    facility,
  };
}

/** What the command line needs to find a service. */
export function readClientConfig(env: NodeJS.ProcessEnv = process.env): ClientConfig {
  return clientConfig(withoutEmpty(env));
}

/**
 * With NODE_USE_ENV_PROXY, Node asks the proxy for every host that no_proxy does not name. `url`:
 * its host may be another address of loopback, such as 127.0.0.2.
 */
export function neverProxyLoopback(url: string, env: NodeJS.ProcessEnv = process.env): void {
  const listed = env.no_proxy ?? env.NO_PROXY;
  const { hostname } = new URL(url);
  const hosts = ["127.0.0.1", "localhost", "[::1]", ...(isLoopback(hostname) ? [hostname] : [])];
  env.no_proxy = [listed, ...hosts].filter(Boolean).join(",");
}

/** What child processes inherit: enough to run, and no secret. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const kept = [
    ...["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER"],
    ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"],
  ];
  return Object.fromEntries(
    kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  );
}

const proxyNames = ["https_proxy", "http_proxy", "all_proxy"].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
