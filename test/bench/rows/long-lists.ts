import { sendCall } from "../../support/api.ts";
import type { Bench, BenchService } from "../bench.ts";
import { forgetPeak, peakMegabytes, residentMegabytes } from "../processes.ts";
import type { Measured, Row } from "../row.ts";

const atOnce = 12;
/** What one submit of 1,000,000 files may take; 146 MB were measured. */
const mostMegabytes = 250;

export const longListsRow: Row = {
  name: "long lists",
  about:
    "Memory that the service takes more than before, at its peak, while lists of files are " +
    `submitted over HTTP and recorded: one of a million files (64 MB), then ${atOnce} others of a ` +
    "tenth of that at once.",
  async measure(bench: Bench): Promise<Measured[]> {
    const files = bench.quick ? 200_000 : 1_000_000;
    const service = await bench.service({ ROLES: "api" });
    try {
      await submit(service, "first", 1_000);
      return [
        await more(service, `one list of ${files} files`, () => submit(service, "one", files)),
        await more(service, `${atOnce} lists of ${files / 10} files at once`, () =>
          Promise.all(
            Array.from({ length: atOnce }, (_, n) => submit(service, String(n), files / 10)),
          ),
        ),
      ];
    } finally {
      await service.remove();
    }
  },
};

async function more(
  { pid }: BenchService,
  what: string,
  work: () => Promise<unknown>,
): Promise<Measured> {
  const before = residentMegabytes(pid);
  const began = performance.now();
  forgetPeak(pid);
  await work();
  const peak = peakMegabytes(pid);
  return {
    what: `more memory of the service for ${what}`,
    value: peak - before,
    unit: "MB",
    must: { atMost: mostMegabytes },
    details: {
      "before, MB": Math.round(before),
      "peak, MB": Math.round(peak),
      seconds: ((performance.now() - began) / 1000).toFixed(1),
    },
  };
}

async function submit({ url }: BenchService, name: string, count: number): Promise<void> {
  const start = `root://eos.example//data/run3/DAOD_PHYSLITE/${name}/`.padEnd(52, "x");
  const files = Array.from(
    { length: count },
    (_, n) => `"${start}${String(n).padStart(12, "0")}"`,
  ).join();
  const body = Buffer.from(`{"dataset":{"files":[${files}]},"steps":[{"operation":"noop"}]}`);
  const { status, text } = await sendCall(Number(new URL(url).port), {
    method: "POST",
    path: "/v1/requests",
    headers: { "content-type": "application/json", "content-length": String(body.length) },
    body,
  });
  if (status !== 201) throw new Error(`A list of ${count} files was refused: ${status} ${text}`);
}
