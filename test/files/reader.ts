// Results read by programs that are not ours.
import { startPython } from "./python.ts";

export interface ResultReader {
  rows(path: string, format: string): Promise<unknown[][]>;
  close(): void;
}

export async function openReader(): Promise<ResultReader> {
  const program = await startPython("readers.py");
  return {
    async rows(path, format) {
      const reply = await program.ask<{ rows: unknown[][]; error?: string }>({ path, format });
      if (reply.error) throw new Error(`${path}: ${reply.error}`);
      return reply.rows;
    },
    close: program.close,
  };
}
