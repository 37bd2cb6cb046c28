// Random tables, each of a seed of its own, as `main.py` writes them.
import { mkdirSync } from "node:fs";
import { type Program, startPython } from "../python.ts";

/** A value as an independent reader has it; of a CSV it is text. */
export type Cell =
  | null
  | boolean
  | string
  | { number: string }
  | { keys: { [key: string]: Cell } }
  | { [key: string]: Cell }
  | Cell[];

export interface Table {
  seed: string;
  path: string;
  /** settings of the step with which it is read */
  read: Record<string, unknown>;
  columns: string[];
  rows: Cell[][];
  /** columns and rows that it was made of */
  names: string[];
  count: number;
  text: boolean;
}

/** What is kept of a table that is made smaller. */
export interface Kept {
  columns: string[];
  /** places, from 0 */
  rows: number[];
}

export interface TableMaker {
  make(seed: string, folder: string, kept?: Kept): Promise<Table>;
  close(): void;
}

export async function openTableMaker(): Promise<TableMaker> {
  const program: Program = await startPython("tables/main.py");
  return {
    async make(seed, folder, kept) {
      mkdirSync(folder, { recursive: true });
      return { seed, ...(await program.ask<Omit<Table, "seed">>({ seed, folder, ...kept })) };
    },
    close: program.close,
  };
}
