// Unmodified ServiceX clients from PyPI, each in an environment and with a cache of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../../src/config.ts";
import { temporaryFolder } from "../support/folder.ts";
import { venv } from "./venv.ts";

export const versions = {
  "3.3.1": ["servicex==3.3.1"],
  "3.0.1": ["servicex==3.0.1"],
  "2.6.2": ["servicex==2.6.2", "numpy<2"],
};
export type Version = keyof typeof versions;

export interface Sample {
  name: string;
  query: string;
  files?: string[];
  did?: string;
  /** NFiles, which clients since 3 have */
  most?: number;
}

/** paths or URLs, or why there are none */
export type Outcome = string[] | { error: string };
export type Delivery = "LocalCache" | "URLs";

export interface Client {
  folder: string;
  deliver(samples: Sample[], delivery?: Delivery): Promise<Record<string, Outcome>>;
  /** the command `servicex` with these words */
  command(...words: string[]): Promise<{ code: number; out: string }>;
}

/** Where the client runs, if not as this process. */
export interface Whereabouts {
  /** a command that is given the client's as its last words */
  within?: string[];
  env?: Record<string, string>;
}

/** `token`: default: one that this service does not know. */
export async function makeClient(
  version: Version,
  url: string,
  token = "token.of.another",
  { within = [], env: more = {} }: Whereabouts = {},
): Promise<Client> {
  const python = await venv(`servicex-${version}`, versions[version]);
  const folder = temporaryFolder("client");
  writeFileSync(join(folder, "servicex.yaml"), settings(url, join(folder, "cache"), token));
  const script = fileURLToPath(
    new URL(version.startsWith("2") ? "servicex_2.py" : "servicex_3.py", import.meta.url),
  );
  const env = { ...childEnvironment(), HOME: folder, USER: "client", COLUMNS: "300", ...more };
  const start = (words: string[], stdin: "pipe" | "ignore") => {
    const [command = "", ...args] = [...within, ...words];
    return spawn(command, args, { cwd: folder, env, stdio: [stdin, "pipe", "pipe"] });
  };
  let calls = 0;
  return {
    folder,
    async deliver(samples, delivery = "LocalCache") {
      const answer = join(folder, `answer-${++calls}.json`);
      const child = start([python, script, answer], "pipe");
      child.stdin?.end(JSON.stringify({ delivery, samples }));
      const { code, out } = await ended(child);
      if (code !== 0) throw new Error(out);
      return JSON.parse(readFileSync(answer, "utf8")) as Record<string, Outcome>;
    },
    command(...words) {
      const program = join(dirname(python), "servicex");
      return ended(start([program, ...words, "-b", "longshore"], "ignore"));
    },
  };
}

/** A token of an old facility stays in people's settings: only the endpoint changes. */
function settings(url: string, cache: string, token: string): string {
  return `api_endpoints:
  - endpoint: ${url}
    name: longshore
    type: sql
    codegen: sql
    return_data: parquet
    token: ${token}
cache_path: ${cache}
`;
}

async function ended(child: ChildProcess): Promise<{ code: number; out: string }> {
  const [out, wrong, [code]] = await Promise.all([
    child.stdout ? text(child.stdout) : "",
    child.stderr ? text(child.stderr) : "",
    once(child, "exit"),
  ]);
  return { code: Number(code), out: out + wrong };
}
