// A name under which two workers stored different objects: the second upload is refused, but a
// worker that overlooks the refusal reports the object of the first one as its own.
import { createHash } from "node:crypto";
import type { Store } from "../storage/contract.ts";
import { uploadsFolder } from "./bucket-view.ts";

export async function markContested(store: Store, bucket: string, name: string): Promise<void> {
  await store.put(bucket, markOf(name), Buffer.from(name));
}

/** Whether the name is contested. Then the object and the mark are gone, and the name is free. */
export async function clearContested(store: Store, bucket: string, name: string): Promise<boolean> {
  if (!(await store.head(bucket, markOf(name)))) return false;
  await store.remove(bucket, [name]);
  await store.remove(bucket, [markOf(name)]);
  return true;
}

function markOf(name: string): string {
  return `${uploadsFolder}contested/${createHash("sha256").update(name).digest("hex")}`;
}
