// Publishes reports as a worker of any language does, to the queue the service consumes.
import { readFileSync } from "node:fs";
import { openDb } from "../../../src/db/client.ts";
import { openNotifier } from "../../../src/db/notifier.ts";
import { silentLog } from "../../../src/log.ts";
import { reportsTopic } from "../../../src/queue/contract.ts";
import { openQueue } from "../../../src/queue/open.ts";

export interface PublishJob {
  databaseUrl: string;
  /** the database's own queue unless said */
  queueUrl?: string | undefined;
  perMessage: number;
  request: string;
  files: number[];
}

export interface PublishResult {
  seconds: number;
  /** until the first publish: not the service's time */
  secondsToStart: number;
}

const { databaseUrl, queueUrl, perMessage, request, files } = JSON.parse(
  readFileSync(process.argv[2] ?? "", "utf8"),
) as PublishJob;
const log = silentLog();
const db = openDb({ url: databaseUrl, applicationName: "bench publisher", max: 2 });
const notifier = openNotifier(databaseUrl, db.pool, log);
const queue = openQueue({ queueUrl, leaseSeconds: 60 }, db, notifier, log);
const messages = Array.from({ length: Math.ceil(files.length / perMessage) }, (_, index) => ({
  topic: reportsTopic,
  body: {
    worker: "bench",
    reports: files
      .slice(index * perMessage, (index + 1) * perMessage)
      .map((file) => ({ request, file, step: 1, attempt: 1, status: "success" })),
  },
}));
const secondsToStart = performance.now() / 1000;
for (let start = 0; start < messages.length; start += 20)
  await queue.publish(messages.slice(start, start + 20));
const result: PublishResult = {
  seconds: performance.now() / 1000 - secondsToStart,
  secondsToStart,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
await queue.close();
await notifier.close();
await db.close();
