// What a listing left out, and the sentences that say so.

/** Written by a download beside its results: it is no data, wherever results become inputs. */
export const manifestName = "longshore-manifest.jsonl";

export const manifestIsNoData = "a download's list of its results is no data";

/** The first of what was left out, and the number of all. */
export interface LeftOut {
  add(location: string): void;
  first(): readonly string[];
  count(): number;
}

const mostNamed = 3;
const mostKept = 100;

export function makeLeftOut(): LeftOut {
  const kept: string[] = [];
  let count = 0;
  return {
    add(location) {
      if (kept.length < mostKept) kept.push(location);
      count += 1;
    },
    first: () => kept,
    count: () => count,
  };
}

export function leftOutSentence(reason: string, leftOut: LeftOut): string {
  return `Left out, since ${reason}: ${firstOf(leftOut.first(), leftOut.count())}.`;
}

/** The first three, and how many more there are of `count`. */
export function firstOf(locations: readonly string[], count: number): string {
  const rest = count - mostNamed;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return locations.slice(0, mostNamed).join(", ") + more;
}
