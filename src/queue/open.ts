import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Db } from "../db/client.ts";
import type { Notifier } from "../db/notifier.ts";
import { openTransformerQueues, type TransformerQueues } from "./celery-broker.ts";
import type { Queue } from "./contract.ts";
import { type FinderQueues, openFinderQueues } from "./finder-queues.ts";
import { openPostgresQueue } from "./postgres.ts";
import { openRabbitQueue } from "./rabbitmq.ts";

/**
 * Does not wait for a broker: if it is down, the first use waits, and `check` reports it meanwhile.
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

/** Undefined without a broker. */
export function openTransformers(
  { queueUrl: url }: Pick<Config, "queueUrl">,
  log: Logger,
): TransformerQueues | undefined {
  return url === undefined ? undefined : openTransformerQueues({ url, log });
}

/** Where finders of others are asked; undefined without a broker or such finders. */
export function openFinders(
  { queueUrl: url, didSchemes, roles }: Pick<Config, "queueUrl" | "didSchemes" | "roles">,
  log: Logger,
): FinderQueues | undefined {
  const asks = roles.includes("scheduler") && didSchemes.length > 0;
  return asks && url !== undefined ? openFinderQueues({ url, log }) : undefined;
}
