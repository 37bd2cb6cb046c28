// npm and npx in a home of their own, where nothing is cached and no registry can be reached.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { childEnvironment } from "../../src/config.ts";
import type { Ran } from "./cli.ts";

/** Someone who owns nothing on this machine. */
const ordinaryUser = 65_534;

export interface CleanHome {
  /** Runs a program as an ordinary user if this is root, else as this user. */
  run(command: string, args: string[], cwd: string, env?: Record<string, string>): Promise<Ran>;
  /** Gives that user a folder. */
  own(folder: string): void;
  /** what the registry was asked for */
  asked: string[];
  folder: string;
  close(): void;
}

export async function cleanHome(parent: string): Promise<CleanHome> {
  const asked: string[] = [];
  const registry = createServer(({ url = "" }, answer) => {
    asked.push(url);
    answer.writeHead(404).end("{}");
  });
  registry.listen(0, "127.0.0.1");
  await once(registry, "listening");
  const { port } = registry.address() as AddressInfo;
  const folder = join(parent, "home");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, ordinaryUser, ordinaryUser);
  return {
    asked,
    folder,
    run: (command, args, cwd, env = {}) =>
      ended(command, args, {
        cwd,
        env: {
          ...childEnvironment(),
          HOME: folder,
          PATH: pathOfUser(),
          npm_config_registry: `http://127.0.0.1:${port}/`,
          ...env,
        },
        ...(isRoot && { uid: ordinaryUser, gid: ordinaryUser }),
      }),
    own: (given) => {
      if (isRoot) execFileSync("chown", ["-R", `${ordinaryUser}:${ordinaryUser}`, given]);
    },
    close: () => registry.close(),
  };
}

/** Without the folders that npm and npx put first for this run of the tests. */
function pathOfUser(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((name) => !name.includes("node_modules")).join(delimiter);
}

async function ended(
  command: string,
  args: string[],
  surroundings: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number },
): Promise<Ran> {
  const child = spawn(command, args, { ...surroundings, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  return { code: code as number | null, stdout, stderr };
}
