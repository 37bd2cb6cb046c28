// Postgres refuses to run as root. If we are root, it runs as `nobody`, with no capability.
import { execFile } from "node:child_process";
import { chownSync, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { childEnvironment } from "../../config.ts";

const nobody = 65534;

export interface Account {
  /** Runs a program to its end with this text as its input; rejects with its output. */
  run(program: string, args: string[], input?: string): Promise<string>;
  /** Gives a file or folder to the account. */
  own(path: string): void;
  /** Writes a file that only the account may read; complete before it has its name. */
  write(path: string, text: string): Promise<void>;
  /** Whether the account may pass through the folder and every folder above it. */
  reaches(folder: string): boolean;
}

export function chooseAccount(): Account {
  const root = process.getuid?.() === 0;
  const as = root ? { uid: nobody, gid: nobody } : {};
  const run: Account["run"] = (program, args, input) => runProgram(program, args, as, input);
  return {
    run,
    own: root ? (path) => chownSync(path, nobody, nobody) : () => undefined,
    // Not by root: in a folder of the account, a link could lead root to another file.
    write: async (path, text) => {
      await run("sh", ["-c", 'umask 077; cat >"$1.new" && mv "$1.new" "$1"', "sh", path], text);
    },
    reaches: root ? nobodyReaches : () => true,
  };
}

function nobodyReaches(place: string): boolean {
  for (let folder = place; ; folder = dirname(folder)) {
    if (existsSync(folder) && !nobodyMayEnter(folder)) return false;
    if (folder === dirname(folder)) return true;
  }
}

function nobodyMayEnter(folder: string): boolean {
  const { mode, uid } = statSync(folder);
  return (mode & (uid === nobody ? 0o100 : 0o001)) !== 0;
}

function runProgram(
  program: string,
  args: string[],
  as: { uid?: number; gid?: number },
  input = "",
): Promise<string> {
  const options = {
    ...as,
    // The account may not be allowed to enter the current folder.
    cwd: "/",
    env: { PATH: childEnvironment().PATH, LC_ALL: "C", TZ: "UTC" },
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const output = stderr.trim() || stdout.trim() || error.message;
      reject(new Error(`${program} failed: ${output}`, { cause: error }));
    });
    // A program that ends early has said why; what it did not read does not matter.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
