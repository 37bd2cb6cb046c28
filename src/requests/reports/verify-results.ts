import type { Store } from "../../storage/contract.ts";
import type { Report } from "../views.ts";

/**
 * A result counts only if the store has the object with the reported size and checksum. Returns a
 * sentence if it has not.
 */
export async function verifyResults(store: Store, report: Report): Promise<string | undefined> {
  if (report.status !== "success" || !report.results?.length) return undefined;
  for (const result of report.results) {
    const object = await store.head(report.request, result.name);
    const name = JSON.stringify(result.name);
    if (!object) return `the store has no object ${name} of this request; upload it, then report`;
    if (object.size !== result.size)
      return `object ${name} has ${object.size} bytes in the store, not ${result.size}`;
    if (result.checksum && object.checksum && object.checksum !== result.checksum)
      return `object ${name} has another checksum in the store than was reported`;
  }
  return undefined;
}
