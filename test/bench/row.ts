// A row of the table in doc/performance.md: what is measured, what it must be, and how.

export interface Bench {
  /** 1 for the full run; less scales the numbers of files down */
  scale: number;
  /** the server that every row uses, with durable settings */
  databaseServer: string;
  /** rows a second that bare Postgres settles, measured in this run */
  bare?: number;
  say(line: string): void;
}

export interface Measured {
  what: string;
  /** as the design words it */
  must: string;
  value: number;
  unit: string;
  /** undefined where there is nothing to pass */
  passed?: boolean;
  /** of the bare limit, where it is a rate of settled rows */
  ratio?: number;
  note?: string;
}

export type Row = (bench: Bench) => Promise<Measured[]>;

export function filesOf(bench: Bench, full: number): number {
  return Math.max(Math.round(full * bench.scale), 1000);
}

export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}
