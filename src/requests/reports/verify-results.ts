import { RequestError } from "../../errors.ts";
import type { Store } from "../../storage/contract.ts";
import type { ReportedResult } from "../views.ts";

export interface VerifiedResult extends ReportedResult {
  etag?: string | undefined;
}

/**
 * A result counts only if the store has the object with the reported size and checksum. Returns
 * what is recorded: checksum and etag are those of the store, so that a later change can be seen.
 * Returns a sentence if the object is not as reported, or has a name that the store rejects: then
 * this report alone is refused.
 */
export async function verifyResults(
  store: Store,
  request: string,
  results: ReportedResult[],
): Promise<VerifiedResult[] | string> {
  const verified: VerifiedResult[] = [];
  for (const result of results) {
    const object = await readObject(store, request, result.name);
    if (typeof object === "string") return object;
    const name = JSON.stringify(result.name);
    if (!object) return `the store has no object ${name} of this request; upload it, then report`;
    if (object.size !== result.size)
      return `object ${name} has ${object.size} bytes in the store, not ${result.size}`;
    if (result.checksum && object.checksum && object.checksum !== result.checksum)
      return `object ${name} has another checksum in the store than was reported`;
    const { checksum = result.checksum, etag } = object;
    verified.push({ ...result, checksum, etag });
  }
  return verified;
}

async function readObject(store: Store, request: string, name: string) {
  try {
    return await store.head(request, name);
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}
