// All finders of this service. A new one is a file in this folder and a line here.
import type { InputFolders } from "../../inputs/folders.ts";
import { WalkLimitError, type WalkLimits } from "../../inputs/walk.ts";
import type { Finder } from "../contract.ts";
import { lookupEnded } from "../lookup-end.ts";
import { dirFinder } from "./dir.ts";
import { dirHttpFinder } from "./dir-http.ts";
import { firstFiles } from "./first-files.ts";
import { userFinder } from "./user.ts";

export interface FinderSettings {
  inputFolders: InputFolders;
  inputHosts: readonly string[];
  finderLimits: WalkLimits;
}

/** scheme → finder */
export function makeFinders({
  inputFolders,
  inputHosts,
  finderLimits,
}: FinderSettings): Map<string, Finder> {
  const all: Finder[] = [
    userFinder,
    dirFinder(inputFolders, finderLimits),
    dirHttpFinder("http", inputHosts, finderLimits),
    dirHttpFinder("https", inputHosts, finderLimits),
  ];
  return new Map(all.map((finder) => [finder.scheme, limited(named(finder))]));
}

/** A list has no name. */
function named(finder: Finder): Finder {
  return finder === userFinder ? finder : firstFiles(finder);
}

function limited(finder: Finder): Finder {
  const { findFirst } = finder;
  return {
    ...finder,
    find: (name, give, signal) => endAtLimit(finder.find(name, give, signal)),
    ...(findFirst && {
      findFirst: (name: string, signal: AbortSignal) => endAtLimit(findFirst(name, signal)),
    }),
  };
}

async function endAtLimit<Outcome>(looking: Promise<Outcome>) {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof WalkLimitError) return lookupEnded(error.message);
    throw error;
  }
}
