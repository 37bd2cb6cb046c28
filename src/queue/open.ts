import { createHmac } from "node:crypto";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Db } from "../db/client.ts";
import type { Notifier } from "../db/notifier.ts";
import { deriveKey } from "../secrets.ts";
import { type BrokerUsers, openBrokerUsers } from "./broker-users.ts";
import { openTransformerQueues, type TransformerQueues } from "./celery-broker.ts";
import type { Queue, ReportsExchange } from "./contract.ts";
import { type FinderQueues, openFinderQueues } from "./finder-queues.ts";
import { openHeldMessages } from "./held-messages.ts";
import { openPostgresQueue } from "./postgres.ts";
import { openRabbitQueue } from "./rabbitmq.ts";
import { openReportsExchange } from "./reports-exchange.ts";
import { celeryWords, type TransformerWords, wordsOf2022 } from "./transformer-words.ts";

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
  { queueUrl: url, sidecars }: BrokerConfig,
  log: Logger,
): TransformerQueues | undefined {
  if (url === undefined) return undefined;
  const { managementUrl } = sidecars;
  const held = managementUrl === undefined ? undefined : openHeldMessages(managementUrl, url);
  return openTransformerQueues({ url, words: wordsOf(sidecars), log, held });
}

/** For a worker that reports by the broker; undefined without one. */
export function openReports(
  { queueUrl: url }: Pick<Config, "queueUrl">,
  log: Logger,
): ReportsExchange | undefined {
  return url === undefined ? undefined : openReportsExchange({ url, of: "reports", log });
}

/** For an agent that reports by the broker; undefined without one. */
export function openProgress(
  { queueUrl: url }: Pick<Config, "queueUrl">,
  log: Logger,
): ReportsExchange | undefined {
  return url === undefined ? undefined : openReportsExchange({ url, of: "progress", log });
}

/** Where finders of others are asked; undefined without a broker or such finders. */
export function openFinders(
  { queueUrl: url, didSchemes, roles }: Pick<Config, "queueUrl" | "didSchemes" | "roles">,
  log: Logger,
): FinderQueues | undefined {
  const asks = roles.includes("scheduler") && didSchemes.length > 0;
  return asks && url !== undefined ? openFinderQueues({ url, log }) : undefined;
}

/** Undefined without the broker's management API. */
export function openUsers(
  { queueUrl, sidecars }: BrokerConfig,
  signingKey: Buffer,
  log: Logger,
): BrokerUsers | undefined {
  const { brokerUrl = queueUrl, managementUrl } = sidecars;
  if (managementUrl === undefined || brokerUrl === undefined) return undefined;
  const key = deriveKey(signingKey, "longshore broker users 1");
  const passwordOf = (run: string) => createHmac("sha256", key).update(run).digest("base64url");
  // Several services may share a broker, and each removes the users of its own runs alone.
  const service = createHmac("sha256", key).update("prefix of users").digest("hex").slice(0, 12);
  const prefix = `longshore-${service}-run-`;
  const words = wordsOf(sidecars);
  return openBrokerUsers({ managementUrl, brokerUrl, words, prefix, passwordOf, log });
}

function wordsOf({ generation, consumerTimeout }: Config["sidecars"]): TransformerWords {
  if (generation === "2022") return wordsOf2022;
  return celeryWords(
    consumerTimeout === undefined ? {} : { "x-consumer-timeout": consumerTimeout },
  );
}

type BrokerConfig = Pick<Config, "queueUrl" | "sidecars">;
