// Someone who has just cloned the project: an ordinary user with a clean home, on free ports.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import type { User } from "./terminal.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// Every Debian has it, and it owns nothing. `nobody` is no ordinary user: the kernel gives its
// number for users that it cannot name, so that the service asks it for a token.
const ordinaryUser = "games";
// Where packages come from, and whom to trust: of this machine, not of the service.
const ofMachine = /^(npm_config_(registry|cafile|\w*proxy)|pip_\w+|https?_proxy|no_proxy)$/i;
const certificates = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)$/;

export interface Newcomer extends User {
  /** what was committed last, and nothing else */
  clone: string;
  /** Gives this user a file or folder. */
  own(path: string): void;
  /** What pages say, with this user's ports for the usual ones. */
  onOwnPorts(text: string): string;
  remove(): Promise<void>;
}

export async function newcomer(): Promise<Newcomer> {
  const folder = temporaryFolder("walk");
  const home = join(folder, "home");
  const clone = join(home, "longshore");
  mkdirSync(join(home, "tmp"), { recursive: true });
  chmodSync(home, 0o755);
  execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${root}`, clone]);
  const isRoot = process.getuid?.() === 0;
  const own = (path: string) => {
    if (isRoot) execFileSync("chown", ["-R", `${ordinaryUser}:${ordinaryUser}`, path]);
  };
  own(home);
  const switched = [
    ...["setpriv", `--reuid=${ordinaryUser}`, `--regid=${ordinaryUser}`],
    ...["--clear-groups", "--no-new-privs"],
  ];
  const [port, s3Port] = await freePorts(2);
  const env = { ...environment(home), PORT: `${port}`, S3_PORT: `${s3Port}` };
  return {
    home,
    clone,
    own,
    as(program) {
      const [command = "", ...args] = isRoot ? [...switched, ...program] : program;
      return { command, args, env };
    },
    onOwnPorts: (text) =>
      text.replace(/(127\.0\.0\.1|localhost):(5000|9000)\b/g, (_, host, usual) =>
        usual === "5000" ? `${host}:${port}` : `${host}:${s3Port}`,
      ),
    // Programs whose terminal was closed may still write while they end.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }),
  };

  function environment(home: string): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => ofMachine.test(name) || certificates.test(name),
    );
    return {
      ...Object.fromEntries(kept),
      HOME: home,
      // What is typed leaves its temporary files where the walk removes them.
      TMPDIR: join(home, "tmp"),
      USER: "ann",
      SHELL: "/bin/bash",
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      LONGSHORE_URL: `http://127.0.0.1:${port}`,
      // Without the folders that npm puts first for this run of the tests
      PATH: (process.env.PATH ?? "")
        .split(delimiter)
        .filter((name) => !name.includes("node_modules/.bin") && !name.includes("node-gyp-bin"))
        .join(delimiter),
    };
  }
}
