// Compares each rate of files with bare Postgres in the same minutes: a shared machine is faster in
// one hour than in the next.
import { aboutBare, measureBare } from "./bare.ts";
import type { Bench } from "./bench.ts";
import type { Run } from "./page.ts";
import type { Measured, Row } from "./row.ts";

export interface BareLimit {
  /** Measures the row, and bare Postgres before and after it where it is compared with that. */
  compare(row: Row): Promise<Measured[]>;
  /** what was measured of bare Postgres, for the page; nothing where no row was compared with it */
  rows(): Run["rows"];
}

export function bareLimit(bench: Bench): BareLimit {
  const all: (Measured & { at: string })[] = [];

  async function bare(at: string): Promise<number> {
    const one = await measureBare(bench);
    all.push({ ...one, at });
    process.stderr.write(
      `bare Postgres ${at}: ${one.value.toFixed(1)} /s ${JSON.stringify(one.details)}\n`,
    );
    return one.value;
  }

  async function compare(row: Row): Promise<Measured[]> {
    if (!row.comparedWithBare) return row.measure(bench);
    const before = await bare(`before ${row.name}`);
    const measured = await row.measure(bench);
    const after = await bare(`after ${row.name}`);
    return measured.map((one) => againstBare(one, (before + after) / 2));
  }

  function rows(): Run["rows"] {
    if (!all.length) return [];
    const rates = all.map(({ at, value }) => [at, `${Math.round(value).toLocaleString("en")} /s`]);
    return [
      {
        row: { name: "bare Postgres", about: aboutBare },
        measured: [
          {
            what: "insert and guarded update",
            value: all.reduce((sum, { value }) => sum + value, 0) / all.length,
            unit: "/s",
            toBare: 1,
            details: Object.fromEntries(rates),
          },
        ],
      },
    ];
  }

  return { compare, rows };
}

function againstBare(one: Measured, bare: number): Measured {
  return one.filesPerSecond === undefined ? one : { ...one, toBare: one.filesPerSecond / bare };
}
