// A RabbitMQ of a test's own: private ports, folders and name, everything on loopback, gone with
// the test.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "../../../src/config.ts";
import { temporaryFolder } from "../folder.ts";
import { freePorts } from "../free-ports.ts";
import { until } from "../wait.ts";
import { findRabbit, type Installation } from "./installation.ts";

export interface Rabbit {
  url: string;
  /** of its management API, with a login; undefined without it */
  managementUrl: string | undefined;
  start(): Promise<void>;
  /**
   * SIGKILL, as a crash; what was confirmed is there after `start`. The queues that it knows are
   * written before: killed while it writes many, RabbitMQ 3.10 may lose one that it has declared,
   * with all its messages.
   */
  kill(): Promise<void>;
  /** Resolves once it holds still without a word (SIGSTOP), until `thaw`. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Removes everything it kept; it must not be running. */
  wipe(): void;
  /** Runs `rabbitmqctl` and returns what it prints. */
  control(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

const run = promisify(execFile);
const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

/**
 * Not started yet; its files are in a new folder, or in a new one below `below`. Undefined, with a
 * message, where no broker is available; in CI that is an error.
 */
export async function makeRabbit({
  below,
  management = false,
}: {
  below?: string;
  management?: boolean;
} = {}): Promise<Rabbit | undefined> {
  const found = await findRabbit();
  if ("installation" in found) {
    const folder = below ? mkdtempSync(join(below, "rabbitmq-")) : temporaryFolder("rabbitmq");
    return rabbitOf(found.installation, folder, management);
  }
  const sentence = `RabbitMQ is not tested here: ${found.why}. As root: .ci/packages`;
  if (process.env.CI === "true") throw new Error(sentence);
  process.stderr.write(`\n!!! ${sentence}\n\n`);
  return undefined;
}

async function rabbitOf(
  installation: Installation,
  folder: string,
  isManaged: boolean,
): Promise<Rabbit> {
  const [amqp = 0, distribution = 0, names = 0, http = 0] = await freePorts(4);
  const management = isManaged ? http : undefined;
  const env = environment(installation, folder, { amqp, distribution, names, management });
  const kept = join(folder, "mnesia");
  const printed = join(folder, "printed");
  let epmd: ChildProcess | undefined;
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    epmd ??= launch(
      installation.epmd,
      ["-port", String(names), "-address", "127.0.0.1"],
      env,
      printed,
    );
    mkdirSync(kept, { recursive: true });
    const started = launch(installation.server, [], env, printed);
    server = started;
    await until(() => started.exitCode !== null || answers(management ?? amqp), {
      timeoutSeconds: 170,
      what: "the broker's port",
    });
    if (started.exitCode !== null)
      throw new Error(`RabbitMQ ended with ${started.exitCode}:\n${readFileSync(printed, "utf8")}`);
  }

  async function end(child: ChildProcess | undefined): Promise<void> {
    if (!isRunning(child)) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  return {
    url: `amqp://guest:guest@127.0.0.1:${amqp}`,
    managementUrl: isManaged ? `http://guest:guest@127.0.0.1:${http}` : undefined,
    start,
    kill: async () => {
      if (isRunning(server))
        await run(installation.control, ["eval", "mnesia:dump_log()."], { env });
      await end(server);
    },
    freeze: async () => {
      server?.kill("SIGSTOP");
      // A process of many threads stops a moment after the signal.
      await until(() => isStopped(server?.pid ?? 0));
    },
    thaw: () => void server?.kill("SIGCONT"),
    control: async (...args) => (await run(installation.control, args, { env })).stdout,
    wipe: () => rmSync(kept, { recursive: true, force: true }),
    remove: async () => {
      await end(server);
      await end(epmd);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Whether each of its threads is stopped. */
function isStopped(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) =>
    /^State:\s+T/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}

interface Ports {
  amqp: number;
  distribution: number;
  names: number;
  management: number | undefined;
}

function environment(
  { path }: Installation,
  folder: string,
  { amqp, distribution, names, management }: Ports,
): Record<string, string | undefined> {
  mkdirSync(join(folder, "log"));
  writeFileSync(join(folder, "plugins"), management ? "[rabbitmq_management].\n" : "[].\n");
  const limits = "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.relative = 0.6\n";
  const api = `management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${management}\n`;
  writeFileSync(join(folder, "rabbitmq.conf"), management ? limits + api : limits);
  const base = childEnvironment();
  return {
    ...base,
    PATH: `${path}:${base.PATH}`,
    // the Erlang cookie lies there
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_NODENAME: "longshore@localhost",
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(amqp),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(names),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_MNESIA_BASE: join(folder, "mnesia"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
    RABBITMQ_PID_FILE: join(folder, "pid"),
    // The script then becomes the server instead of watching over it: a signal to it is a signal to
    // the broker.
    RABBITMQ_ALLOW_INPUT: "1",
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
  };
}

/** It dies with this process, however that ends. */
function launch(
  command: string,
  args: string[],
  env: Record<string, string | undefined>,
  printed: string,
): ChildProcess {
  const output = openSync(printed, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], {
    env,
    cwd: env.HOME,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  living.add(child);
  child.once("exit", () => living.delete(child));
  return child;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
