import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../support/folder.ts";
import { until } from "../../../support/wait.ts";
import { call, ended, type RequestView, read } from "../../api.ts";
import type { Measured, Row } from "../../row.ts";
import { secondsSince } from "../../timed.ts";

const quick = 500;
const leaseSeconds = 60;
/** A worker gives back what it has not begun after a tenth of a lease; then one file may be slow. */
const mustSeconds = leaseSeconds / 10 + 4;

export const slowAfterQuick: Row = {
  name: "fairness: slow files after quick ones",
  about:
    `A request has ${quick} files that take no time, then many that take about a second each; ` +
    "one local worker has learned from the quick ones to take many at once. While it has slow " +
    "ones, another request submits one file: until that is done.",
  async measure(bench): Promise<Measured[]> {
    const folder = temporaryFolder("inputs");
    const service = await bench.service({
      RUNNER: "local",
      LOCAL_WORKERS: "1",
      OPERATIONS: "transform",
      LEASE_SECONDS: String(leaseSeconds),
      INPUT_ROOTS: folder,
    });
    const submit = (files: string[]) =>
      call<RequestView>(service.url, "/v1/requests", {
        dataset: { files },
        steps: [
          {
            operation: "transform",
            selection: "select sum(one.x * other.x) as x from input one, input other",
            format: "csv",
          },
        ],
      });
    try {
      const quickFiles = fill(folder, "quick", quick, 1);
      const slowFiles = fill(folder, "slow", bench.quick ? 100 : 300, 15_000);
      const [last = ""] = fill(folder, "last", 1, 1);
      const { id } = await submit([...quickFiles, ...slowFiles]);
      const done = async () => (await read(service.url, id)).counters.done;
      await until(async () => (await done()) >= quick, { timeoutSeconds: 240 });
      const began = performance.now();
      const { id: second } = await submit([last]);
      await ended(service.url, second, 300);
      const wait = secondsSince(began);
      const doneMeanwhile = (await done()) - quick;
      return [
        {
          what: "a file is done beside slow ones that came after quick ones",
          value: wait,
          unit: "s",
          must: { atMost: mustSeconds },
          details: { before: "169 s", "slow files done meanwhile": doneMeanwhile },
        },
      ];
    } finally {
      await service.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function fill(folder: string, name: string, count: number, rows: number): string[] {
  const text = `x\n${Array.from({ length: rows }, (_, n) => n).join("\n")}\n`;
  return Array.from({ length: count }, (_, n) => {
    const file = join(folder, `${name}-${String(n).padStart(4, "0")}.csv`);
    writeFileSync(file, text);
    return file;
  });
}
