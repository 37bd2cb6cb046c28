import type { Finder } from "../contract.ts";

/**
 * A list in the request itself: its files are recorded with the request, so there is nothing to
 * find.
 */
export const userFinder: Finder = {
  scheme: "user",
  refuse: () => 'A list of files is given as "files", not by a name.',
  find: async () => ({
    outcome: "internal_failure",
    reason: "The list of files was not recorded with its request.",
  }),
};
