import type { Context } from "../context.ts";
import { requestRow } from "./progress-store.ts";
import { namedResults, type ResultRow, resultOfName, resultRowsByName } from "./results-store.ts";

interface Shelved {
  name: string;
  size: number;
  checksum?: string | undefined;
  modifiedAt: Date;
}

/** What a request's read key lists and gets are the ledger's results, not what happens to lie in the store. */
export function resultsOnShelf({ db }: Pick<Context, "db">) {
  return {
    requestExists: async (request: string): Promise<boolean> => (await requestRow(db.query, request)) !== undefined,
    async resultsOf(request: string, { prefix, after, limit }: { prefix: string; after: string; limit: number }): Promise<Shelved[]> {
      return (await resultRowsByName(db.query, request, prefix, after, limit)).map(shelved);
    },
    async resultNamed(request: string, name: string): Promise<Shelved | undefined> {
      const row = await resultOfName(db.query, request, name);
      return row && shelved(row);
    },
    isRecorded: async (request: string, name: string): Promise<boolean> => (await namedResults(db.query, request, [name])).has(name),
  };
}

function shelved({ name, size, checksum, created_at: modifiedAt }: ResultRow): Shelved {
  return { name, size, checksum: checksum ?? undefined, modifiedAt };
}
