import { type Call, sendCall } from "../../support/api.ts";
import { type HeavyBody, heavyBodies } from "../../support/heavy-bodies.ts";
import { type HealthWatch, watchHealth } from "../../support/watch-health.ts";
import type { Bench, BenchService } from "../bench.ts";
import { forgetPeak, peakMegabytes } from "../processes.ts";
import type { Measured, Row } from "../row.ts";

const atOnce = 10;
/** the peak of the service while the largest bodies come at once */
const mostMegabytes = 1_000;

export const heavyRow: Row = {
  name: "heavy bodies",
  about:
    `${heavyBodies.length} bodies that are as expensive to read as their senders could make them ` +
    "(test/support/heavy-bodies.ts), one after another; then the largest that is allowed, " +
    `${atOnce} at once: 64 MB with a million files, refused after the last one for its ` +
    "operation. Meanwhile a thread asks /healthz on one connection every 5 ms. Of the longest " +
    "wait counts what is left without the time in which the machine ran something else, as the " +
    "kernel counts it; the raw figures have both, and the peak of the service's memory.",
  async measure(bench: Bench): Promise<Measured[]> {
    const service = await bench.service();
    const health = watchHealth(service);
    try {
      return [await oneByOne(service, health), ...(await together(service, health))];
    } finally {
      await health.stop();
      await service.remove();
    }
  },
};

async function oneByOne(service: BenchService, health: HealthWatch): Promise<Measured> {
  const details: Record<string, string> = {};
  let worst = 0;
  let onTheClock = 0;
  for (const heavy of heavyBodies) {
    const call = callOf(heavy);
    forgetPeak(service.pid);
    await health.lap();
    const { status } = await sendCall(portOf(service), call);
    const { heldMilliseconds: held, worstMilliseconds: wait } = await health.lap();
    worst = Math.max(worst, held);
    onTheClock = Math.max(onTheClock, wait);
    details[heavy.name] =
      `${status}: ${Math.round(held)} ms (${Math.round(wait)} on the clock) ` +
      `${Math.round(peakMegabytes(service.pid))} MB`;
  }
  return {
    what: "longest wait of /healthz while heavy bodies come one by one",
    value: worst,
    unit: "ms",
    must: { atMost: 100 },
    details: { "on the clock, ms": Math.round(onTheClock), ...details },
  };
}

async function together(service: BenchService, health: HealthWatch): Promise<Measured[]> {
  const call = largestOf();
  forgetPeak(service.pid);
  await health.lap();
  const answers = await Promise.all(
    Array.from({ length: atOnce }, () => sendCall(portOf(service), call)),
  );
  const lap = await health.lap();
  const statuses = answers.map(({ status }) => status).join(" ");
  // Their operation is refused after all else was read.
  const refused = 'The operation \\"none\\" is not offered here';
  if (!answers.every(({ text }) => text.includes(refused)))
    throw new Error(`Not all of the largest bodies were read to their end: ${statuses}.`);
  return [
    {
      what: `longest wait of /healthz while ${atOnce} of the largest bodies come at once`,
      value: lap.heldMilliseconds,
      unit: "ms",
      must: { atMost: 100 },
      details: {
        "on the clock, ms": Math.round(lap.worstMilliseconds),
        statuses,
        "calls of /healthz": lap.calls,
      },
    },
    {
      what: `most memory of the service while ${atOnce} of the largest bodies come at once`,
      value: peakMegabytes(service.pid),
      unit: "MB",
      must: { atMost: mostMegabytes },
    },
  ];
}

function callOf({ method, path, type, body }: HeavyBody): Call {
  const bytes = Buffer.from(body());
  return {
    method,
    path,
    headers: {
      "content-length": String(bytes.length),
      ...(type !== undefined && { "content-type": type }),
    },
    body: bytes,
  };
}

function largestOf(): Call {
  const files = Array.from({ length: 1_000_000 }, (_, n) => `"${path(n)}"`).join();
  return callOf({
    name: "largest",
    method: "POST",
    path: "/v1/requests",
    type: "application/json",
    body: () => `{"dataset":{"files":[${files}]},"steps":[{"operation":"none"}]}`,
  });
}

/** So long that a million of them fill the largest body. */
function path(n: number): string {
  return `root://eos.example//data/run3/DAOD_PHYSLITE/period/${String(n).padStart(12, "0")}`;
}

function portOf({ url }: BenchService): number {
  return Number(new URL(url).port);
}
