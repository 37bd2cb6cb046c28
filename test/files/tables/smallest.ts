import type { Kept } from "./table.ts";

/** The fewest columns and rows that still differ: halves are left out, then quarters, down to one. */
export async function smallest(
  whole: Kept,
  differs: (kept: Kept) => Promise<boolean>,
): Promise<Kept> {
  let kept = whole;
  for (const key of ["columns", "rows", "columns"] as const) kept = await fewer(kept, key, differs);
  return kept;
}

async function fewer(
  start: Kept,
  key: keyof Kept,
  differs: (kept: Kept) => Promise<boolean>,
): Promise<Kept> {
  let kept = start;
  for (
    let size = Math.ceil(kept[key].length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  )
    for (let from = 0; from < kept[key].length && kept[key].length > 1; ) {
      const rest = [...kept[key].slice(0, from), ...kept[key].slice(from + size)];
      const next = { ...kept, [key]: rest };
      if (rest.length > 0 && (await differs(next))) kept = next;
      else from += size;
    }
  return kept;
}
