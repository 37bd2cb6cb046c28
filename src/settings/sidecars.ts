// Settings of steps that containers of others do. Keys that begin with TRANSFORMER_ are ServiceX's
// and mean what they mean there.
import { z } from "zod";
import { ConfigError } from "./config-error.ts";
import * as value from "./values.ts";

export const sidecarSettings = {
  TRANSFORMER_GENERATION: value.oneOf(["2024", "2022"]).default("2024"),
  SIDECAR_CONSUMER_TIMEOUT: value.wholeNumber(1, 1e13).optional(),
  SIDECAR_FILE_SECONDS: value.number(1, 604_800).default(3_600),
  SIDECAR_QUIET_SECONDS: value.number(1, 604_800).default(300),
  TRANSFORMER_AUTOSCALE_ENABLED: value.yesOrNo.default(true),
  TRANSFORMER_MIN_REPLICAS: value.wholeNumber(0, 100_000).default(1),
  TRANSFORMER_MAX_REPLICAS: value.wholeNumber(1, 100_000).default(20),
  TRANSFORMER_RABBIT_MQ_URL: value.amqpUrl.optional(),
  TRANSFORMER_S3_URL: value.httpUrl.optional(),
  RABBIT_MANAGEMENT_URL: value.httpUrl.optional(),
};

const schema = z.object(sidecarSettings);

export interface SidecarsConfig {
  /** of ServiceX, whose transformers these are: they are spoken to in its words */
  generation: "2024" | "2022";
  /** milliseconds: the argument `x-consumer-timeout` of its queue; unset: none */
  consumerTimeout: number | undefined;
  /** how long a container of others may have a file without a report of it */
  fileSeconds: number;
  /** how long none of a run's files may move before those that nobody can have are taken back */
  quietSeconds: number;
  /** containers of a step: as many as it has files, from `least` to `most`; or as its user says */
  scales: boolean;
  least: number;
  most: number;
  /** the broker as containers reach it; unset: QUEUE_URL */
  brokerUrl: string | undefined;
  /** the broker's management API, with its login; unset: containers share one login */
  managementUrl: string | undefined;
  /** the S3 endpoint as containers reach it */
  s3Url: string | undefined;
}

export function sidecarsConfig(set: z.output<typeof schema>): SidecarsConfig {
  const { TRANSFORMER_MIN_REPLICAS: least, TRANSFORMER_MAX_REPLICAS: most } = set;
  if (least > most)
    throw new ConfigError(
      `TRANSFORMER_MIN_REPLICAS is ${least} and TRANSFORMER_MAX_REPLICAS is ${most}: the least ` +
        "number of containers is at most the other.",
    );
  return {
    generation: set.TRANSFORMER_GENERATION,
    consumerTimeout: set.SIDECAR_CONSUMER_TIMEOUT,
    fileSeconds: set.SIDECAR_FILE_SECONDS,
    quietSeconds: set.SIDECAR_QUIET_SECONDS,
    scales: set.TRANSFORMER_AUTOSCALE_ENABLED,
    least,
    most,
    brokerUrl: set.TRANSFORMER_RABBIT_MQ_URL,
    managementUrl: set.RABBIT_MANAGEMENT_URL,
    s3Url: set.TRANSFORMER_S3_URL,
  };
}
