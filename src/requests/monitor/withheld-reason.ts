import { namesOf, reasonSentence, whatHelps } from "../given-back-words.ts";
import { filesWait } from "./phrases.ts";
import type { Withheld } from "./withheld-store.ts";

/** For files that wait for a worker that has not given them back. */
export function withheldSentence(request: string, { files, workers, reason }: Withheld): string {
  return (
    `${filesWait(files)} for another worker, after being given back by ` +
    `${namesOf(workers)}.` +
    `${reasonSentence(reason)}${whatHelps(request)}`
  );
}
