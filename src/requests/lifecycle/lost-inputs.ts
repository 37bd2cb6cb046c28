import { forEachAtOnce } from "../../at-once.ts";
import type { Deps } from "../../deps.ts";
import { differenceOf } from "../../storage/as-recorded.ts";
import { type MadeResult, resultsOfEarlierSteps } from "./lost-inputs-store.ts";
import type { Chosen } from "./redrive-store.ts";

const page = 1000;
const atOnce = 64;

/**
 * What earlier steps made of the chosen failed files, and the store no longer has as it was
 * recorded. It never comes back: an upload of a recorded name is refused. Rejects with
 * UnavailableError while the store cannot be asked.
 */
export async function lostInputs(
  { db, store }: Deps<"db" | "store">,
  request: string,
  chosen: Chosen,
): Promise<MadeResult[]> {
  const lost: MadeResult[] = [];
  for (let after = { file: 0, id: 0 }; ; ) {
    const made = await resultsOfEarlierSteps(db.query, request, chosen, after, page);
    await forEachAtOnce(made, atOnce, async (result) => {
      const stored = await store.head(request, result.name);
      if (!stored || differenceOf(result, stored) !== undefined) lost.push(result);
    });
    if (made.length < page) return lost;
    after = made.at(-1) ?? after;
  }
}
