import { matches } from "../outside/host-entries.ts";
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

/** Whether a dataset that is remembered is barred, by whatever spelling its finder may take. */
export function isBarredDataset(finder: string, name: string, barred: Barred | undefined): boolean {
  if (!barred || barred.datasets.length === 0) return false;
  const spelled = plain(`${finder}://${name}`);
  // Finders read names as URLs: a query says how many files, and some leave out what they ignore.
  const [plainly = ""] = spelled.split(/[?#]/);
  const names = [spelled, plainly];
  return barred.datasets.some((pattern) => names.some((one) => matches(plain(pattern), one)));
}

/** Python's `urlsplit`, which finders use, drops spaces around a name and line ends inside. */
function plain(name: string): string {
  return name.replace(/[\s\p{C}]/gu, "").toLowerCase();
}

export const barredDatasetSentence = "The dataset is for members of a group alone.";
