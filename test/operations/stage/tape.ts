// A tape system of a test's own: files in a folder, and the stand-in `eeadm` that manages them.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../support/folder.ts";

export interface TapeFile {
  state: string;
  tapes?: string[];
  /** the code that a recall of it fails with, for ever or so often */
  fail?: string;
  failTimes?: number;
}

interface State {
  files: Record<string, TapeFile>;
  tasks: Record<string, { running: boolean; library?: string; paths: string[]; pid: number }>;
  settings: Record<string, unknown>;
}

export interface Call {
  args: string[];
  /** of a recall: what its list named */
  list?: string[];
}

export interface Tape {
  folder: string;
  /** where the managed files are */
  root: string;
  env: Record<string, string>;
  /** Files on tape, unless their state says otherwise; their paths. */
  put(names: string[], file?: Partial<TapeFile>): string[];
  change(how: (state: State) => void): void;
  /** Variables of the stand-in, without EEADM_FAKE_; undefined: none. */
  set(settings: Record<string, unknown>): void;
  state(): State;
  calls(): Call[];
  recalls(): Call[];
  /** how often a recall named each path */
  timesRecalled(): Map<string, number>;
  remove(): void;
}

export function makeTape(env: Record<string, string> = {}): Tape {
  const folder = realpathSync(temporaryFolder("tape"));
  const root = join(folder, "gpfs");
  const [stateFile, log, program] = ["state.json", "log", "eeadm"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  mkdirSync(root);
  writeFileSync(stateFile, JSON.stringify({ files: {}, tasks: {}, settings: {} }));
  const fake = fileURLToPath(new URL("fake-eeadm.mjs", import.meta.url));
  writeFileSync(
    program,
    `#!/bin/sh\nexport EEADM_FAKE_STATE='${stateFile}' EEADM_FAKE_LOG='${log}'\n` +
      `exec '${process.execPath}' '${fake}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const state = () => JSON.parse(readFileSync(stateFile, "utf8")) as State;

  function change(how: (state: State) => void): void {
    const lock = `${stateFile}.lock`;
    for (;;) {
      try {
        mkdirSync(lock);
        break;
      } catch {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
    const now = state();
    how(now);
    writeFileSync(`${stateFile}.part`, JSON.stringify(now));
    renameSync(`${stateFile}.part`, stateFile);
    rmSync(lock, { recursive: true });
  }

  function calls(): Call[] {
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Call);
  }
  const recalls = () => calls().filter(({ args }) => args[0] === "recall");

  return {
    folder,
    root,
    env: {
      STAGE_BACKEND: "eeadm",
      STAGE_ROOTS: root,
      STAGE_FOLDER: join(folder, "recalls"),
      STAGE_BATCH_SECONDS: "0.2",
      STAGE_POLL_SECONDS: "0.1",
      EEADM_BIN: program,
      ...env,
    },
    put(names, file = {}) {
      const paths = names.map((name) => join(root, name));
      for (const path of paths) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, "data\n");
      }
      change(({ files }) => {
        for (const path of paths) files[path] = { state: "M", ...file };
      });
      return paths;
    },
    change,
    set: (settings) => change((now) => Object.assign(now.settings, settings)),
    state,
    calls,
    recalls,
    timesRecalled() {
      const times = new Map<string, number>();
      for (const path of recalls().flatMap(({ list = [] }) => list))
        times.set(path, (times.get(path) ?? 0) + 1);
      return times;
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}
