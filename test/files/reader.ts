// Results read by programs that are not ours.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface ResultReader {
  rows(path: string, format: string): Promise<unknown[][]>;
  close(): void;
}

export function openReader(python: string): ResultReader {
  const script = fileURLToPath(new URL("readers.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async rows(path, format) {
      child.stdin.write(`${JSON.stringify({ path, format })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("The program that reads results has ended.");
      const { rows, error } = JSON.parse(value);
      if (error) throw new Error(`${path}: ${error}`);
      return rows;
    },
    close: () => child.kill(),
  };
}
