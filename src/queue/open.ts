import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Db } from "../db/client.ts";
import type { Doorbell } from "../db/listen.ts";
import type { Queue } from "./contract.ts";
import { openPostgresQueue } from "./postgres.ts";
import { openRabbitQueue } from "./rabbitmq.ts";

/** Never waits for a broker: one that is down at start costs time at the first use, and `check` says so meanwhile. */
export function openQueue(config: Pick<Config, "queueUrl" | "leaseSeconds">, db: Db, doorbell: Doorbell, log: Logger): Queue {
  const { queueUrl: url, leaseSeconds } = config;
  return url ? openRabbitQueue({ url, db, log, leaseSeconds }) : openPostgresQueue({ db, doorbell, log, leaseSeconds });
}
