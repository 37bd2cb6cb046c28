import type { Store } from "../../storage/contract.ts";
import type { Report } from "../views.ts";

/**
 * A result counts only when the store has the object, of that size. Answers a sentence when it does
 * not.
 */
export async function verifyResults(store: Store, report: Report): Promise<string | undefined> {
  if (report.status !== "success" || !report.results?.length) return undefined;
  for (const result of report.results) {
    const object = await store.head(report.request, result.name);
    if (!object)
      return `the store has no object ${JSON.stringify(result.name)} of this request; upload it, then report`;
    if (object.size !== result.size)
      return `object ${JSON.stringify(result.name)} has ${object.size} bytes in the store, not ${result.size}`;
    if (result.checksum && object.checksum && object.checksum !== result.checksum) {
      return `object ${JSON.stringify(result.name)} has another checksum in the store than was reported`;
    }
  }
  return undefined;
}
