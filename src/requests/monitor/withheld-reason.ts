import type { Deps } from "../../deps.ts";
import { namesOf, reasonSentence, whatHelps } from "../given-back-words.ts";
import { filesWait } from "./phrases.ts";
import type { Why } from "./waiting.ts";
import { withheldOf } from "./withheld-store.ts";

/** When files wait for a worker that has not given them back. */
export async function withheldReason(
  { db }: Deps<"db">,
  request: string,
): Promise<Why | undefined> {
  const withheld = await withheldOf(db.query, request);
  if (!withheld) return undefined;
  const { files, workers, reason } = withheld;
  return {
    reason: "given_back",
    sentence:
      `${filesWait(files)} for another worker, after being given back by ` +
      `${namesOf(workers)}.` +
      `${reasonSentence(reason)}${whatHelps(request)}`,
  };
}
