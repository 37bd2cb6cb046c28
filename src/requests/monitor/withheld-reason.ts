import type { Deps } from "../../deps.ts";
import { namesOf, reasonSentence, whatHelps } from "../given-back-words.ts";
import { isFinal } from "../state.ts";
import type { RequestView } from "../views.ts";
import { filesWait } from "./phrases.ts";
import { type Withheld, withheldOf } from "./withheld-store.ts";

/** For files that wait for a worker that has not given them back. */
export function withheldSentence(request: string, { files, workers, reason }: Withheld): string {
  return (
    `${filesWait(files)} for another worker, after being given back by ` +
    `${namesOf(workers)}.` +
    `${reasonSentence(reason)}${whatHelps(request)}`
  );
}

/** How many files of an open request wait for another worker. */
export async function withheldFiles({ db }: Deps<"db">, view: RequestView): Promise<number> {
  if (isFinal(view.state) || view.counters.waiting === 0) return 0;
  return (await withheldOf(db.query, view.id))?.files ?? 0;
}
