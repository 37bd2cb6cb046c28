// What requests one after another take: the first of them compared with the last.

/** The requests are compared in so many parts. */
const parts = 10;

export interface Measure {
  at: number;
  calls: number;
  changes: number;
  megabytes: number;
}

/** `calls`, `changes`: for each request; `megabytes`: the least after any of them */
export interface Part {
  requests: number;
  seconds: number;
  calls: number;
  changes: number;
  megabytes: number;
}

/** `each`: before the first request, and after every one. */
export function partsOf(each: readonly Measure[]): Part[] {
  const length = Math.ceil((each.length - 1) / parts);
  const found: Part[] = [];
  for (let from = 0; from < each.length - 1; from += length) {
    const part = each.slice(from, from + length + 1);
    const [first, last] = [part[0] as Measure, part.at(-1) as Measure];
    const requests = part.length - 1;
    found.push({
      requests,
      seconds: (last.at - first.at) / 1_000,
      calls: (last.calls - first.calls) / requests,
      changes: (last.changes - first.changes) / requests,
      megabytes: Math.min(...part.slice(1).map(({ megabytes }) => megabytes)),
    });
  }
  return found;
}
