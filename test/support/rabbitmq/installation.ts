// Where a RabbitMQ can be had: the installed Debian package, else the same packages unpacked into a
// folder of ours.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Installation {
  server: string;
  /** rabbitmqctl */
  control: string;
  epmd: string;
  /** put before PATH */
  path: string;
}

const run = promisify(execFile);
const cache = fileURLToPath(
  new URL("../../../node_modules/.cache/longshore/rabbitmq", import.meta.url),
);

/** Undefined where there is none and none can be fetched; the reason is in `why`. */
export async function findRabbit(): Promise<{ installation: Installation } | { why: string }> {
  const installed = at("");
  if (installed) return { installation: installed };
  try {
    const unpacked = at(cache) ?? (await unpack());
    return unpacked ? { installation: unpacked } : { why: "the unpacked packages hold no server" };
  } catch (error) {
    return {
      why:
        "neither the package rabbitmq-server is installed nor can it be fetched: " +
        `${(error as Error).message.split("\n")[0]}`,
    };
  }
}

function at(root: string): Installation | undefined {
  const programs = join("/", root, "usr/lib/rabbitmq/bin");
  const server = join(programs, "rabbitmq-server");
  const path = join("/", root, "usr/lib/erlang/bin");
  return existsSync(server) && existsSync(path)
    ? { server, control: join(programs, "rabbitmqctl"), epmd: join(path, "epmd"), path }
    : undefined;
}

/** Without root: Debian's own packages, downloaded by apt where it has its lists. */
async function unpack(): Promise<Installation | undefined> {
  const work = `${cache}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    const depends = [
      "depends",
      "--recurse",
      "--no-recommends",
      "--no-suggests",
      "--no-conflicts",
      "--no-breaks",
      "--no-replaces",
      "--no-enhances",
      "rabbitmq-server",
    ];
    const { stdout } = await run("apt-cache", depends);
    const erlang = stdout.split("\n").filter((line) => /^erlang-[a-z0-9-]+$/.test(line));
    await run("apt-get", ["download", "rabbitmq-server", ...new Set(erlang)], { cwd: work });
    for (const file of readdirSync(work).filter((name) => name.endsWith(".deb")))
      await run("dpkg-deb", ["--extract", file, "."], { cwd: work });
    for (const script of ["bin/erl", "bin/start", "erts/bin/erl", "erts/bin/start"])
      moveRoot(work, script);
    rmSync(cache, { recursive: true, force: true });
    renameSync(work, cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return at(cache);
}

/** Erlang's start scripts carry the place they were built for. */
function moveRoot(work: string, script: string): void {
  const erlang = join(work, "/usr/lib/erlang");
  const folder = readdirSync(erlang).find((name) => name.startsWith("erts-")) ?? "erts";
  const file = join(erlang, script.replace(/^erts\//, `${folder}/`));
  if (!existsSync(file)) return;
  writeFileSync(
    file,
    readFileSync(file, "utf8").replaceAll("/usr/lib/erlang", join(cache, "/usr/lib/erlang")),
  );
}
