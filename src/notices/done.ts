import type { Query } from "../db/client.ts";
import type { Deps } from "../deps.ts";
import { addDone } from "./done-store.ts";
import { noticesChannel } from "./enqueue.ts";

/** To be called in the transaction that ends the request. Without mail it asks nothing. */
export async function noteDone(
  { config }: Deps<"config">,
  query: Query,
  request: string,
): Promise<void> {
  if (config.identity?.mail !== undefined) await addDone(query, request);
}

/** After that transaction. */
export function tellOfDone({ config, notifier }: Deps<"config" | "notifier">): void {
  if (config.identity?.mail !== undefined) notifier.notify(noticesChannel);
}
