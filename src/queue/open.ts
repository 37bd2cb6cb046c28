import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Db } from "../db/client.ts";
import type { Notifier } from "../db/notifier.ts";
import type { Queue } from "./contract.ts";
import { openPostgresQueue } from "./postgres.ts";
import { openRabbitQueue } from "./rabbitmq.ts";

/**
 * Never waits for a broker: one that is down at start costs time at the first use, and `check` says
 * so meanwhile.
 */
export function openQueue(
  config: Pick<Config, "queueUrl" | "leaseSeconds">,
  db: Db,
  notifier: Notifier,
  log: Logger,
): Queue {
  const { queueUrl: url, leaseSeconds } = config;
  return url
    ? openRabbitQueue({ url, db, log, leaseSeconds })
    : openPostgresQueue({ db, notifier, log, leaseSeconds });
}
