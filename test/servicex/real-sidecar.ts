// ServiceX's sidecar and its watch.sh as they are in a checkout of its repository, and the script
// of a test for the science, as processes. Needs bash, nc and jq. One runs at a time: each sidecar
// listens at port 8081 of the machine's loopback, which in pods is that of the pod.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";
import { venv } from "../clients/venv.ts";
import { temporaryFolder } from "../support/folder.ts";
import { until } from "../support/wait.ts";

/** What the sidecar's own project asks for, without what converts ROOT files. */
export const sidecarPackages = [
  "celery==5.7.0",
  "requests==2.32.5",
  "minio==7.2.20",
  "psutil==5.9.8",
  "retry==0.9.2",
  "python-logstash==0.4.8",
];

/** What converts ROOT files. */
const rootPackages = ["uproot==5.3.10", "awkward==2.6.8", "pyarrow==17.0.0", "numpy==1.26.4"];

export const capabilities = capabilitiesOf(["parquet"]);

function capabilitiesOf(formats: string[]): string {
  return JSON.stringify({
    "file-formats": formats,
    "stats-parser": "UprootStats",
    language: "python",
    command: "/generated/transform_single_file.py",
  });
}

export const science = fileURLToPath(new URL("science.py", import.meta.url));

/** The folder of the sidecar; undefined, with a message, where no checkout is named. */
export function realSidecar(): string | undefined {
  const { SERVICEX_CHECKOUT: checkout } = process.env;
  if (!checkout) {
    process.stderr.write(
      "\n!!! ServiceX's own sidecar is not tested here: set SERVICEX_CHECKOUT to a checkout of " +
        "its repository.\n\n",
    );
    return undefined;
  }
  const folder = join(resolve(checkout), "transformer_sidecar");
  if (existsSync(join(folder, "src/transformer_sidecar/transformer.py"))) return folder;
  throw new Error(`SERVICEX_CHECKOUT is ${checkout}, where there is no transformer_sidecar/.`);
}

/** The two containers of a pod. */
export interface RealPod {
  printed(): string;
  /** what the science container printed */
  science(): string;
  /** SIGKILL to watch.sh and all that it runs */
  killScience(): Promise<void>;
  isAlive(): boolean;
  /** SIGKILL to both */
  kill(): Promise<void>;
}

const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) killGroup(child);
});

interface PodOptions {
  /** as `realSidecar` has it */
  sidecar: string;
  run: string;
  broker: string;
  /** where the script looks for its marks */
  marks: string;
  variables: Record<string, string>;
  /** its science writes ROOT alone, and the sidecar converts */
  writesRoot?: boolean;
}

/** Resolves when the sidecar takes files. */
export async function startRealPod(options: PodOptions): Promise<RealPod> {
  const { sidecar: folder, run, broker } = options;
  const python = options.writesRoot
    ? await venv("servicex-real-sidecar-root", [...sidecarPackages, ...rootPackages])
    : await venv("servicex-real-sidecar", sidecarPackages);
  const shared = temporaryFolder("shared");
  const env = {
    PATH: `${dirname(python)}:${process.env.PATH}`,
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONUNBUFFERED: "1",
    HOME: shared,
  };
  writeFileSync(
    join(shared, "transformer_capabilities.json"),
    options.writesRoot ? capabilitiesOf(["root"]) : capabilities,
  );
  const sidecar = launch(
    python,
    [
      join(folder, "src/transformer_sidecar/transformer.py"),
      ...["--shared-dir", shared, "--request-id", run, "--rabbit-uri", broker],
      ...["--result-destination", "object-store", "--result-format", "parquet"],
    ],
    { cwd: folder, printed: join(shared, "sidecar.log") },
    { ...env, ...options.variables, PYTHONPATH: join(folder, "src"), HOST_NAME: "a-host" },
  );
  const script = join(shared, "scripts/watch.sh");
  await until(() => existsSync(script) || sidecar.ended(), { what: "the sidecar's scripts" });
  const watch = launch(
    "bash",
    [script, "python", science, join(shared, run)],
    { cwd: shared, printed: join(shared, "science.log") },
    { ...env, MARKS: options.marks },
  );
  const isReady = () => / ready\.$/m.test(sidecar.printed());
  await until(() => isReady() || sidecar.ended() || watch.ended(), { what: "the sidecar" });
  if (!isReady())
    throw new Error(`A part of ServiceX ended:\n${sidecar.printed()}\n${watch.printed()}`);
  return {
    printed: sidecar.printed,
    science: watch.printed,
    killScience: watch.kill,
    isAlive: () => !sidecar.ended(),
    async kill() {
      await Promise.all([sidecar.kill(), watch.kill()]);
    },
  };
}

function launch(
  command: string,
  words: string[],
  { cwd, printed }: { cwd: string; printed: string },
  env: Record<string, string>,
) {
  const output = openSync(printed, "a");
  const child = spawn(command, words, {
    env: { ...childEnvironment(), ...env },
    cwd,
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  living.add(child);
  child.once("exit", () => living.delete(child));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  return {
    ended,
    printed: () => readFileSync(printed, "utf8"),
    async kill() {
      if (ended()) return;
      killGroup(child);
      await once(child, "exit");
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}
