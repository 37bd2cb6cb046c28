import type { Deps } from "../../../deps.ts";
import { fileOfResult } from "../../../requests/read/results.ts";
import type { Report } from "../../../requests/views.ts";

/**
 * A sidecar names its object after the path it read, so a file that a user lists twice makes one
 * object for two files. The second file gets a copy under a name of its own. Undefined if no other
 * file has the name.
 */
export async function withOwnObjects(
  ctx: Deps<"db" | "store">,
  report: Report,
): Promise<Report | undefined> {
  const results = report.results ?? [];
  const own: typeof results = [];
  for (const result of results) {
    const holder = await fileOfResult(ctx, report.request, result.name);
    if (holder === undefined || holder === report.file) return undefined;
    const object = await ctx.store.get(report.request, result.name);
    if (!object) return undefined;
    const name = `${report.file}-${result.name}`;
    const { size } = await ctx.store.put(report.request, name, object.body, {
      size: object.object.size,
    });
    own.push({ ...result, name, size });
  }
  return own.length > 0 ? { ...report, results: own } : undefined;
}
