// What `/metrics` answers: about this process always, about the whole database where this process
// exports that.
import { Registry } from "prom-client";
import type { Deps } from "../../deps.ts";
import { processMetrics } from "../../metrics.ts";
import { refreshGauges } from "./refresh-gauges.ts";

export async function exposeMetrics(
  ctx: Deps<"db" | "gauges" | "log" | "operations" | "queue" | "registry">,
): Promise<{ body: string; contentType: string }> {
  const registries = [processMetrics(), ctx.registry];
  if (ctx.gauges.isExported()) {
    await refreshGauges(ctx);
    registries.push(ctx.gauges.registry);
  }
  const all = Registry.merge(registries);
  return { body: await all.metrics(), contentType: all.contentType };
}
