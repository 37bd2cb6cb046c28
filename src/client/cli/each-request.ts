import { withoutSecrets } from "../../addresses/shown.ts";
import type { Longshore } from "../client.ts";
import { exits } from "./exit-codes.ts";
import { exitOf } from "./exits.ts";
import { findRequests } from "./find-request.ts";
import { sayError } from "./print/print.ts";

/**
 * Does the same for each named request. If a word names none, nothing is done at all. A request
 * that is refused does not stop the others; the exit code is that of the first refusal.
 */
export async function eachRequest<Done>(
  client: Longshore,
  words: string[],
  act: (id: string) => Promise<Done>,
): Promise<Done[]> {
  const ids = await findRequests(client, words);
  if (ids.length === 1) return [await act(ids[0] ?? "")];
  const done: Done[] = [];
  for (const id of ids) {
    try {
      done.push(await act(id));
    } catch (error) {
      const { code, message } = exitOf(error);
      if (code === exits.detached) throw error;
      sayError(`longshore: ${id}: ${withoutSecrets(message)}`);
      process.exitCode ||= code;
    }
  }
  return done;
}

/** One as it is, several as a list: what JSON shows. */
export function oneOrAll<Done>(done: Done[], words: string[]): Done | Done[] | undefined {
  return words.length === 1 ? done[0] : done;
}
