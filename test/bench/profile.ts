// A CPU profile in ten lines: where the time of a process goes, by function, without what it
// waited.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

const most = 12;

/** Of the newest profile in a folder; nothing when there is none. */
export function summarize(folder: string): string[] | undefined {
  const newest = existsSync(folder) ? readdirSync(folder).toSorted().at(-1) : undefined;
  return newest === undefined
    ? undefined
    : linesOf(JSON.parse(readFileSync(join(folder, newest), "utf8")) as Profile);
}

function linesOf({ nodes, samples, timeDeltas }: Profile): string[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const spent = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? "";
    if (name !== "(idle)") spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const total = [...spent.values()].reduce((sum, one) => sum + one, 0);
  return [...spent]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

function nameOf({ functionName, url }: { functionName: string; url: string }): string {
  const place = url.replace(/^.*\/(node_modules|dist)\//, "");
  return `${functionName || "(anonymous)"}${place ? ` in ${place}` : ""}`;
}
