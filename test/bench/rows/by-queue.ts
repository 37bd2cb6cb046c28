import { makeRabbit } from "../../support/rabbitmq/broker.ts";
import { claimAll, ended, submit } from "../api.ts";
import type { Bench } from "../bench.ts";
import type { PublishJob, PublishResult } from "../load/publish.ts";
import { runLoad } from "../load/start.ts";
import type { Measured, Row } from "../row.ts";
import { timed } from "../timed.ts";
import { postgresLimits } from "./reports.ts";

export const byQueue: Row = {
  name: "by queue",
  comparedWithBare: true,
  about:
    "Messages of a hundred reports on `longshore.reports`, in RabbitMQ where one can be had " +
    "and in the database: from the first publish until the request is complete.",
  limits: postgresLimits,
  async measure(bench: Bench): Promise<Measured[]> {
    const found = [await reports(bench, undefined)];
    const rabbit = await makeRabbit();
    if (!rabbit) return found;
    await rabbit.start();
    try {
      return [...found, await reports(bench, rabbit.url)];
    } finally {
      await rabbit.remove();
    }
  },
};

async function reports(bench: Bench, queueUrl: string | undefined): Promise<Measured> {
  const files = bench.quick ? 60_000 : 300_000;
  const service = await bench.service(queueUrl ? { QUEUE_URL: queueUrl } : {});
  try {
    const request = await submit(service.url, files);
    const tasks = await claimAll(service.url, request, files);
    const job: PublishJob = {
      databaseUrl: service.databaseUrl ?? "",
      queueUrl,
      perMessage: 100,
      request,
      files: tasks.map(({ file }) => file),
    };
    const { result, seconds, usage } = await timed(bench, service, async () => {
      const published = await runLoad<PublishJob, PublishResult>("publish", job, 300);
      return { published, view: await ended(service.url, request, 300) };
    });
    if (result.view.counters.done !== files)
      throw new Error(`${result.view.counters.done} of ${files} are done.`);
    const rate = files / (seconds - result.published.secondsToStart);
    return {
      what: `100 reports a message, ${queueUrl ? "RabbitMQ" : "the database's own queue"}`,
      value: rate,
      unit: "/s",
      must: { atLeast: 30_000 },
      filesPerSecond: rate,
      details: { ...usage, "published in s": result.published.seconds.toFixed(1) },
    };
  } finally {
    await service.remove();
  }
}
