// How many workers can be busy at once, when requests, users and operations have limits.

/** Files of a user in an operation that are published or run. */
export interface OpenWork {
  operation: string;
  owner: string;
  files: number;
  /** the request that the files are of, where it has files in several operations and a limit */
  request: string | null;
  /** most workers of that request */
  workers: number | null;
  /** limits of the operation; null: no limit */
  slots: number | null;
  slotsPerUser: number | null;
}

/**
 * The maximum flow from files through requests, users and operations: no smaller number of workers
 * could hold all files that may be held at once, and more would find nothing to do.
 */
export function mostBusy(work: OpenWork[]): number {
  const capacities: Capacities = new Map();
  const pairs = new Set(work.filter(({ request }) => request !== null).map(pairOf));
  for (const { request, operation, owner, files, workers, slots, slotsPerUser } of work) {
    const pair = pairOf({ operation, owner });
    add(capacities, `operation ${operation}`, sink, slots ?? Infinity, "set");
    if (pairs.has(pair)) {
      add(capacities, pair, `operation ${operation}`, slotsPerUser ?? Infinity, "set");
      if (request === null) add(capacities, source, pair, files);
      else {
        add(capacities, source, `request ${request}`, workers ?? Infinity, "set");
        add(capacities, `request ${request}`, pair, files);
      }
    } else {
      // Nothing else limits these: they need no node of their own, however many users there are.
      const most = Math.min(files, slotsPerUser ?? Infinity);
      add(capacities, source, `operation ${operation}`, most);
    }
  }
  return maximumFlow(capacities);
}

type Capacities = Map<string, Map<string, number>>;
const source = "source";
const sink = "sink";

function pairOf({ operation, owner }: Pick<OpenWork, "operation" | "owner">): string {
  return `user ${operation} ${owner}`;
}

function add(
  capacities: Capacities,
  from: string,
  to: string,
  capacity: number,
  how: "add" | "set" = "add",
): void {
  const edges = capacities.get(from) ?? new Map<string, number>();
  capacities.set(from, edges);
  edges.set(to, how === "set" ? capacity : (edges.get(to) ?? 0) + capacity);
}

/** Edmonds and Karp: fills the shortest path that has room until there is none. */
function maximumFlow(capacities: Capacities): number {
  let total = 0;
  for (;;) {
    const path = shortestPath(capacities);
    if (path.length === 0) return total;
    const room = Math.min(...path.map(([from, to]) => capacities.get(from)?.get(to) ?? 0));
    for (const [from, to] of path) {
      add(capacities, from, to, -room);
      add(capacities, to, from, room);
    }
    total += room;
  }
}

function shortestPath(capacities: Capacities): [string, string][] {
  const cameFrom = new Map([[source, source]]);
  for (const from of cameFrom.keys()) {
    for (const [to, capacity] of capacities.get(from) ?? [])
      if (capacity > 0 && !cameFrom.has(to)) cameFrom.set(to, from);
  }
  const path: [string, string][] = [];
  if (!cameFrom.has(sink)) return path;
  for (let to = sink; to !== source; to = cameFrom.get(to) ?? source)
    path.unshift([cameFrom.get(to) ?? source, to]);
  return path;
}
