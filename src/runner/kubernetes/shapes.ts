// What is read of the objects of Kubernetes' API: everything else is dropped as it comes in.
import { createHash } from "node:crypto";
import { z } from "zod";

const meta = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).optional(),
  creationTimestamp: z.coerce.date(),
  /** it is being deleted */
  deletionTimestamp: z.coerce.date().optional(),
  ownerReferences: z.array(z.unknown()).default([]),
});

/** What is read of an object of which nothing more is needed. */
export const metadataShape = z.object({ metadata: meta });

const condition = z.object({
  type: z.string(),
  status: z.string(),
  message: z.string().default(""),
  lastTransitionTime: z.coerce.date().optional(),
});

const terminated = z.object({
  exitCode: z.number(),
  reason: z.string().default(""),
  message: z.string().default(""),
  finishedAt: z.coerce.date().optional(),
});

const containerState = z
  .object({
    waiting: z
      .object({ reason: z.string().default(""), message: z.string().default("") })
      .optional(),
    terminated: terminated.optional(),
  })
  .default({});

const container = z.object({
  name: z.string(),
  image: z.string().default(""),
  restartCount: z.number().default(0),
  state: containerState,
  lastState: containerState,
});

export const podShape = z.object({
  metadata: meta,
  spec: z.object({ nodeName: z.string().optional() }).default({}),
  status: z
    .object({
      phase: z.string().default("Pending"),
      reason: z.string().default(""),
      message: z.string().default(""),
      conditions: z.array(condition).default([]),
      containerStatuses: z.array(container).default([]),
    })
    .default({ phase: "Pending", reason: "", message: "", conditions: [], containerStatuses: [] }),
});

export const deploymentShape = z.object({
  metadata: meta,
  spec: z
    .looseObject({ replicas: z.number().default(1) })
    .transform(({ replicas, ...others }) => ({ replicas, othersHash: hashOf(others) })),
  status: z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});

/** The API writes the same object in the same words. */
function hashOf(object: unknown): string {
  return createHash("sha256").update(JSON.stringify(object)).digest("base64");
}

export type Metadata = z.output<typeof meta>;
export type Stored = z.output<typeof metadataShape>;
export type Pod = z.output<typeof podShape>;
export type Deployment = z.output<typeof deploymentShape>;
export type Container = z.output<typeof container>;
export type Condition = z.output<typeof condition>;
export type Terminated = z.output<typeof terminated>;

export const listShape = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  // A list of metadata that is empty has null
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
});

/** How the API says what went wrong. */
export const statusShape = z.object({
  code: z.number().optional(),
  reason: z.string().default(""),
  message: z.string().default(""),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
});

export const watchEventShape = z.object({ type: z.string(), object: z.unknown() });

/** A bookmark says how far a watch has come. */
export const bookmarkShape = z.object({ metadata: z.object({ resourceVersion: z.string() }) });

export const claimShape = z.object({ status: z.object({ phase: z.string() }) });

/** What happened to an object, as people read it with `kubectl describe`. */
export const eventsShape = z.object({
  items: z.array(
    z.object({
      reason: z.string().default(""),
      message: z.string().default(""),
      lastTimestamp: z.coerce.date().nullish(),
      eventTime: z.coerce.date().nullish(),
    }),
  ),
});
