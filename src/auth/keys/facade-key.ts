import type { Deps } from "../../deps.ts";
import type { KeyFacts } from "../facts-store.ts";
import { goodKey } from "./by-key.ts";

/** A key of a façade, with what it is limited to there. */
export interface FacadeKey {
  id: string;
  name: string;
  owner: string;
  /** folders, links followed; undefined: all that the façade has */
  roots: readonly string[] | undefined;
  /** files at once; undefined: any number */
  mostFiles: number | undefined;
}

/** Throws 401 for what is no valid key of this façade. */
export async function facadeKey(
  ctx: Deps<"log" | "people" | "userCache">,
  text: string,
  facade: KeyFacts["facade"],
): Promise<FacadeKey | undefined> {
  const key = await goodKey(ctx, text);
  if (key.facade !== facade || key.owner === undefined) return undefined;
  const { id, name, owner, roots, mostFiles } = key;
  return { id, name, owner, roots, mostFiles };
}
