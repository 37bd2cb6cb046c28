import type { Deps } from "../../deps.ts";
import { namesOf, reasonSentence, whatHelps } from "../given-back-words.ts";
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
  const wait = files === 1 ? "1 file waits" : `${files} files wait`;
  return {
    reason: "given_back",
    sentence:
      `${wait} for another worker, after being given back too often by ${namesOf(workers)}.` +
      `${reasonSentence(reason)}${whatHelps(request)}`,
  };
}
