// Programs of others that write and read files: a line of JSON in, a line of JSON out.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { venv } from "../clients/venv.ts";

export interface Program {
  ask<Reply>(question: Record<string, unknown>): Promise<Reply>;
  close(): void;
}

/** Runs a script of this folder with pyarrow and pandas at hand. One question at a time. */
export async function startPython(script: string): Promise<Program> {
  const python = await venv("files", ["pyarrow==26.0.1", "pandas==3.1.1"]);
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const child = spawn(python, [script], {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} has ended at ${JSON.stringify(question)}.`);
      return JSON.parse(value);
    },
    close: () => child.kill(),
  };
}
