// A list of 219,029 files in one POST, and the same request worked off by 2,000 simulated workers with 20 % of the reports said twice.
import { completed, load, submitNoop, violations } from "./load.ts";
import { type Bench, filesOf, type Measured } from "./row.ts";
import { startBenchService } from "./service.ts";

export async function registrationRows(bench: Bench): Promise<Measured[]> {
  const service = await startBenchService(bench.databaseServer);
  const files = filesOf(bench, 219_029);
  try {
    const { id, submitSeconds, registeredSeconds } = await submitNoop(service, files);
    const { seconds, recorded, sent } = await load({
      url: service.url,
      id,
      connections: 64,
      batch: 100,
      files,
      duplicates: 0.2,
      claimFirst: false,
      workers: 2000,
    });
    const last = await completed(service, id);
    const found = await violations(service);
    if (found.length) throw new Error(`The audit found: ${found.join("; ")}`);
    return [
      {
        what: `${files.toLocaleString("en")} files registered, from the POST on`,
        must: "≤ 20 s",
        value: registeredSeconds,
        unit: "s",
        passed: registeredSeconds <= 20,
        note: `answered after ${submitSeconds.toFixed(1)} s`,
      },
      {
        what: "the same claimed and reported by 2,000 simulated workers, ≤ 100 a call, 20 % said twice",
        must: "≤ 60 s, once",
        value: seconds,
        unit: "s",
        passed: seconds <= 60 && recorded === files,
        ratio: bench.bare ? recorded / seconds / bench.bare : Number.NaN,
        note: `${recorded} recorded of ${sent} sent; the audit is clean`,
      },
      { what: "last report answered → status complete", must: "< 1 s", value: last, unit: "s", passed: last < 1 },
    ];
  } finally {
    await service.stop();
  }
}
