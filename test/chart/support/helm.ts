// The chart, rendered by the real helm.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  constants,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import { childEnvironment } from "../../../src/config.ts";

export const chart = fileURLToPath(new URL("../../../helm", import.meta.url));

/** The values files that every branch of the templates is tried with. */
export const valuesFiles = readdirSync(join(chart, "ci")).map((name) => basename(name, ".yaml"));

export interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a shape of its own
  [field: string]: any;
}

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

export function helm(args: string[], { input = "", kubeconfig = "" } = {}): Run {
  const env = { ...childEnvironment(), ...(kubeconfig && { KUBECONFIG: kubeconfig }) };
  const { status, stdout, stderr } = spawnSync(binary(), args, { input, encoding: "utf8", env });
  return { code: status ?? -1, stdout, stderr };
}

/** Beside servers of the test itself, which a call that waits would keep from answering. */
export async function helmBeside(args: string[], { input = "", kubeconfig = "" }): Promise<Run> {
  const env = { ...childEnvironment(), KUBECONFIG: kubeconfig };
  const child = spawn(binary(), args, { env });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  child.stdin.end(input);
  const [code] = await once(child, "close");
  return { code: code ?? -1, ...said };
}

export const release = "mine";

const before = ["--kube-version", "v1.34.0"];

interface Given {
  /** of helm/ci */
  file?: string;
  /** values beside it, as JSON */
  values?: unknown;
  /** that the API server is to know */
  apis?: string[];
  namespace?: string;
}

const argsOf = ({ file, apis = [], namespace = "science" }: Given) => [
  ...(file === undefined ? [] : ["--values", join(chart, "ci", `${file}.yaml`)]),
  ...["--values", "-", "--namespace", namespace, ...before],
  ...apis.flatMap((api) => ["--api-versions", api]),
];

const inputOf = ({ values = {} }: Given) => ({ input: JSON.stringify(values) });

export function tryToRender(given: Given): Run {
  return helm(["template", release, chart, ...argsOf(given)], inputOf(given));
}

/** Throws what helm says where it refuses. */
export function render(given: Given): Rendered[] {
  const { code, stdout, stderr } = tryToRender(given);
  if (code !== 0) throw new Error(stderr);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS({ maxAliasCount: -1 }) as Rendered | null)
    .filter((object) => object !== null);
}

/** What an install prints at its end, which helm shows only where there is a cluster. */
export function notesOf(given: Given): string {
  const copy = mkdtempSync(join(tmpdir(), "chart-"));
  try {
    cpSync(chart, copy, { recursive: true });
    writeFileSync(join(copy, "templates", "notes.yaml"), notesAsObject);
    const { code, stdout, stderr } = helm(
      ["template", release, copy, "--show-only", "templates/notes.yaml", ...argsOf(given)],
      inputOf(given),
    );
    if (code !== 0) throw new Error(stderr);
    return parse(stdout).notes;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

const notesAsObject = 'notes: {{ include "longshore/templates/NOTES.txt" . | toJson }}\n';

export function lint(file: string): Run {
  return helm(["lint", chart, "--strict", ...argsOf({ file })], { input: "{}" });
}

/** As helm reads them. */
export function readYaml(text: string): unknown {
  return parse(text);
}

function binary(): string {
  const { HELM, PATH = "" } = process.env;
  const { CLUSTER_CACHE, XDG_CACHE_HOME = join(homedir(), ".cache") } = process.env;
  const built = join(CLUSTER_CACHE ?? join(XDG_CACHE_HOME, "test-cluster"), "bin", "helm");
  const places = [...PATH.split(delimiter).map((folder) => join(folder, "helm")), built];
  const found = HELM ?? places.find(isProgram);
  if (found !== undefined) return found;
  throw new Error(
    "\n!!! NOTHING OF test:chart HAS RUN. It needs helm: install it, or set HELM to its binary.\n",
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
