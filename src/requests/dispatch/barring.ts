// Files of people to whom something is barred: workers are told what, with each task.
import { barredDatasetSentence, isBarredDataset } from "../../datasets/barred.ts";
import type { Deps } from "../../deps.ts";
import { makeLeadsToBarred } from "../../inputs/barred.ts";
import type { TaskBarred } from "../../operations/contract.ts";
import { datasetsOfRequests } from "./barring-store.ts";

/** The owners to whom something is barred, and the bytes with which each of their tasks says it. */
export async function barringOwners(
  { barred }: Deps<"barred">,
  steps: readonly { owner: string }[],
): Promise<Map<string, number>> {
  const owners = [...new Set(steps.map(({ owner }) => owner))];
  const found = await Promise.all(owners.map((owner) => barred.of(owner)));
  const bytes = found.map((of) => of && bytesOf([...of.folders, ...of.hosts]));
  return new Map(
    owners.flatMap((owner, index) => {
      const ofOwner = bytes[index];
      return ofOwner === undefined ? [] : [[owner, ofOwner] as const];
    }),
  );
}

/** As JSON has them in quotes, with a comma each. */
function bytesOf(targets: readonly string[]): number {
  return targets.reduce((bytes, target) => bytes + Buffer.byteLength(target) + 3, 0);
}

/** What is barred to the owners of these requests, by request. */
export async function barredOfRequests(
  ctx: Deps<"barred" | "db">,
  requests: readonly string[],
): Promise<Map<string, TaskBarred>> {
  const barredOf = new Map<string, TaskBarred>();
  if (requests.length === 0 || !(await ctx.barred.any())) return barredOf;
  const rows = await datasetsOfRequests(ctx.db.query, [...new Set(requests)]);
  for (const { request, owner, finder, name } of rows) {
    const barred = await ctx.barred.of(owner);
    if (!barred) continue;
    const { folders, hosts } = barred;
    const isWhole = isBarredDataset(finder, name, barred);
    barredOf.set(request, {
      folders: [...folders],
      hosts: [...hosts],
      ...(isWhole && { dataset: barredDatasetSentence }),
    });
  }
  return barredOf;
}

/**
 * An outside service reads with rights of its own: it is not told where barred files are. Returns
 * what leaves them out of a file's replicas, one file after the other: a disk may hang.
 */
export async function makeOpenReplicas(
  barred: TaskBarred | undefined,
): Promise<(replicas: string[]) => Promise<string[]>> {
  if (!barred) return async (replicas) => replicas;
  if (barred.dataset !== undefined) return async () => [];
  const leadsToBarred = await makeLeadsToBarred(barred);
  return async (replicas) => {
    const open: string[] = [];
    for (const replica of replicas) if (!(await leadsToBarred(replica))) open.push(replica);
    return open;
  };
}
