// ServiceX's own parts from PyPI, unmodified, as processes on loopback.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";
import { venv } from "../clients/venv.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { until } from "../support/wait.ts";

const packages = [
  "servicex-did-finder-lib==3.0.1",
  "servicex-code-gen-lib==1.1.7",
  "gunicorn==27.0.1",
];

const here = dirname(fileURLToPath(import.meta.url));
const living = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export interface Part {
  printed(): string;
  /** SIGTERM, and its end */
  stop(): Promise<void>;
  ended(): boolean;
}

/** The finder of the scheme `real`; ready when it reads its queue. */
export async function startFinder(broker: string, env: Record<string, string>): Promise<Part> {
  const python = await venv("servicex-parts", packages);
  const part = launch(
    join(dirname(python), "celery"),
    [
      `--broker=${broker}`,
      ...["-A", "real_finder", "worker", "--loglevel=info", "-Q", "did_finder_real"],
      ...["--concurrency=1", "--hostname=did_finder_real@%h"],
    ],
    { ...env },
  );
  await ready(part, () => / ready\.$/m.test(part.printed()));
  return part;
}

export async function startGenerator(image: string): Promise<Part & { url: string }> {
  const python = await venv("servicex-parts", packages);
  const [port = 0] = await freePorts(1);
  const folder = temporaryFolder("generator");
  writeFileSync(
    join(folder, "transformer_capabilities.json"),
    JSON.stringify({
      "file-formats": ["parquet"],
      language: "python",
      command: "/generated/transform_single_file.py",
    }),
  );
  const part = launch(
    join(dirname(python), "gunicorn"),
    ["-b", `127.0.0.1:${port}`, "--chdir", folder, "real_generator:make()"],
    { TRANSFORMER_SCIENCE_IMAGE: image },
    folder,
  );
  const url = `http://127.0.0.1:${port}`;
  await ready(part, async () => (await fetch(url)).status > 0);
  return { ...part, url };
}

async function ready(part: Part, isReady: () => boolean | Promise<boolean>): Promise<void> {
  await until(async () => part.ended() || (await isReady()), { what: "a part of ServiceX" });
  if (part.ended()) throw new Error(`A part of ServiceX ended:\n${part.printed()}`);
}

/** It dies with this process, however that ends. */
function launch(
  command: string,
  words: string[],
  env: Record<string, string>,
  cwd = temporaryFolder("part"),
): Part {
  const printed = join(cwd, "printed");
  const output = openSync(printed, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", command, ...words], {
    env: { ...childEnvironment(), PYTHONPATH: here, PYTHONUNBUFFERED: "1", HOME: cwd, ...env },
    cwd,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  living.add(child);
  child.once("exit", () => living.delete(child));
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  return {
    printed: () => readFileSync(printed, "utf8"),
    ended,
    async stop() {
      if (ended()) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
