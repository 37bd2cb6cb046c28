// npm and npx in a home of their own, where nothing is cached and no registry can be reached.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { childEnvironment } from "../../src/config.ts";
import { listen } from "../storage/object-server.ts";
import { type Ran, startProgram } from "./cli.ts";

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
  close(): Promise<void>;
}

export async function cleanHome(parent: string): Promise<CleanHome> {
  const asked: string[] = [];
  const registry = await listen(({ url = "" }, answer) => {
    asked.push(url);
    answer.writeHead(404).end("{}");
  });
  const folder = join(parent, "home");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(folder, ordinaryUser, ordinaryUser);
  return {
    asked,
    folder,
    run: (command, args, cwd, env = {}) =>
      startProgram(command, args, {
        cwd,
        env: {
          ...childEnvironment(),
          HOME: folder,
          PATH: pathOfUser(),
          npm_config_registry: `${registry.url}/`,
          ...env,
        },
        ...(isRoot && { uid: ordinaryUser }),
      }).ended,
    own: (given) => {
      if (isRoot) execFileSync("chown", ["-R", `${ordinaryUser}:${ordinaryUser}`, given]);
    },
    close: registry.close,
  };
}

/** Without the folders that npm and npx put first for this run of the tests. */
function pathOfUser(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.filter((name) => !name.includes("node_modules")).join(delimiter);
}
