import { matches } from "../outside/address.ts";
import type { Barred } from "../users/barred.ts";
import type { Finder } from "./contract.ts";

/** The finders as they are for a person. */
export function findersWithout(
  finders: Map<string, Finder>,
  barred: Barred | undefined,
): Map<string, Finder> {
  if (!barred) return finders;
  return new Map(
    [...finders].map(([scheme, finder]) => [scheme, finder.without?.(barred) ?? finder]),
  );
}

/** Whether a dataset that is remembered is barred, by whatever number of its files. */
export function isBarredDataset(finder: string, name: string, barred: Barred | undefined): boolean {
  if (!barred) return false;
  const names = [name, name.replace(/\?(files|get)=[^?/]*$/s, "")];
  return barred.datasets.some((pattern) =>
    names.some((one) => matches(pattern, `${finder}://${one}`)),
  );
}

export const barredDatasetSentence = "The dataset is for members of a group alone.";
