// Reports over HTTP: one a call on 200 connections, and a hundred a call; durable before the answer.
import { completed, load, submitNoop, violations } from "./load.ts";
import { type Bench, filesOf, type Measured } from "./row.ts";
import { startBenchService } from "./service.ts";

export async function reportRows(bench: Bench): Promise<Measured[]> {
  const service = await startBenchService(bench.databaseServer);
  try {
    const rows: Measured[] = [];
    for (const { what, batch, connections, files, must } of [
      { what: "single reports over HTTP, 200 connections (noop)", batch: 1, connections: 200, files: filesOf(bench, 60_000), must: 5000 },
      {
        what: "reports over HTTP, 100 a call, 20 connections (noop)",
        batch: 100,
        connections: 20,
        files: filesOf(bench, 200_000),
        must: 30_000,
      },
    ]) {
      const { id } = await submitNoop(service, files);
      const { seconds, recorded, p50, p99 } = await load({
        url: service.url,
        id,
        connections,
        batch,
        files,
        duplicates: 0,
        claimFirst: true,
        workers: 1,
      });
      const after = await completed(service, id);
      const value = recorded / seconds;
      const ratio = bench.bare ? value / bench.bare : Number.NaN;
      const note = `${recorded} files, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms a call; complete ${after.toFixed(2)} s after the last answer`;
      rows.push({ what, must: `≥ ${must.toLocaleString("en")}/s`, value, unit: "reports/s", passed: value >= must, ratio, note });
    }
    const found = await violations(service);
    if (found.length) throw new Error(`The audit found: ${found.join("; ")}`);
    return rows;
  } finally {
    await service.stop();
  }
}
