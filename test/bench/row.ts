// What a row of the bench is, and what it measures.
import type { Bench } from "./bench.ts";

export interface Measured {
  what: string;
  value: number;
  unit: "/s" | "s" | "ms" | "MB" | "×";
  must?: { atLeast: number } | { atMost: number };
  /** of a rate of files: compared with bare Postgres */
  filesPerSecond?: number;
  /** `filesPerSecond` divided by the mean rate of bare Postgres right before and after the row */
  toBare?: number;
  /** raw figures; `before`: what it was before it was improved */
  details?: Record<string, string | number>;
}

export interface Row {
  /** short, for `--only` */
  name: string;
  /** how it is measured, for the page */
  about: string;
  /** what limits it where it is missed, from profiles and query plans; for the page */
  limits?: string;
  /** whether it has rates of files, so that bare Postgres is measured before and after it */
  comparedWithBare?: true;
  measure(bench: Bench): Promise<Measured[]>;
}

export function isMet({ value, must }: Measured): boolean {
  if (!must) return true;
  return "atLeast" in must ? value >= must.atLeast : value <= must.atMost;
}

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
