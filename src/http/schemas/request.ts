import { z } from "zod";
import { type Waiting, waitingReasons } from "../../requests/monitor/waiting.ts";
import { requestStates } from "../../requests/state.ts";
import type {
  Counters,
  RequestSummary,
  RequestView,
  StepSummary,
  StepView,
  Warning,
} from "../../requests/views.ts";

export const time = z.iso.datetime();
const count = z.number().int().min(0);

const countersShape = {
  total: count,
  waiting: count,
  queued: count,
  running: count,
  done: count,
  failed: count,
  canceled: count,
};

export const counters = z.object(countersShape).meta({
  id: "Counters",
  description: "Files by state; each file is counted once.",
}) satisfies z.ZodType<Counters>;

const stepSummary = z
  .object({
    step: z.number().int().min(1),
    operation: z.string(),
    retry: z
      .object({
        attempts: z.number().int().nullable(),
        wait_seconds: z.number().nullable(),
        classes: z.array(z.string()).nullable(),
      })
      .nullable()
      .meta({ description: "The retry policy that was submitted; null: the default." }),
    ...countersShape,
    passed: count.meta({ description: "Files that were done here and went on to the next step." }),
  })
  .meta({ id: "RequestStepSummary" }) satisfies z.ZodType<StepSummary>;

const step = stepSummary
  .extend({ settings: z.record(z.string(), z.unknown()) })
  .meta({ id: "RequestStep" }) satisfies z.ZodType<StepView>;

export const requestState = z.enum(requestStates).meta({ id: "RequestState" });

export type OnTheWire<View> = Omit<View, "facade"> & { links: Record<string, string> };

const requestSummary = z
  .object({
    id: z.uuid(),
    number: z.number().int(),
    owner: z.string(),
    title: z.string().nullable(),
    state: requestState,
    round: z.number().int().min(1),
    reason: z.string().nullable(),
    incomplete: z
      .boolean()
      .meta({ description: "The lookup ended early: the dataset has more files than these." }),
    counters,
    steps: z.array(stepSummary),
    dataset: z.object({
      id: z.string(),
      finder: z.string(),
      name: z.string(),
      did: z.string().nullable(),
      state: z.string(),
      files: count,
    }),
    workers: z.number().int().nullable(),
    priority: z.number().int(),
    deadline: time.nullable(),
    stop_after_failed_percent: z.number().nullable(),
    created_at: time,
    started_at: time.nullable(),
    finished_at: time.nullable(),
    links: z.record(z.string(), z.string()),
  })
  .meta({
    id: "RequestSummary",
    description: "A request in a list: without the settings of its steps.",
  }) satisfies z.ZodType<OnTheWire<RequestSummary>>;

export const requestView = requestSummary
  .extend({ steps: z.array(step) })
  .meta({ id: "Request" }) satisfies z.ZodType<OnTheWire<RequestView>>;

const waiting = z
  .object({
    reason: z.enum(waitingReasons),
    sentence: z.string().meta({ description: "For a person." }),
    place: z
      .object({
        users_before: count.meta({ description: "Users whose files go before its own." }),
        requests_before: count.meta({ description: "Other requests of its owner that go first." }),
      })
      .nullable()
      .meta({ description: "Its place in line; null while no file of it is ready for a worker." }),
    eta: z
      .object({ p50: time, p90: time, confidence: z.enum(["rough", "fair", "good"]) })
      .nullable()
      .meta({
        description:
          "When it will end at the pace of the last minutes; null while that is not known.",
      }),
  })
  .meta({ id: "Waiting" }) satisfies z.ZodType<Waiting>;

const warning = z
  .object({
    code: z.string().meta({
      example: "types_differ",
      description:
        "types_differ, columns_differ, read_differently, no_files, incomplete_dataset, " +
        "left_out or unchecked",
    }),
    message: z.string().meta({ description: "For a person." }),
    count: count.meta({ description: "Files that it is about." }),
    files: z.array(z.number().int()).meta({ description: "The first of them, at most five." }),
  })
  .meta({ id: "Warning" }) satisfies z.ZodType<Warning>;

export const requestNow = requestView
  .extend({
    waiting: waiting.nullable().meta({ description: "What it waits for; null when it has ended." }),
    warnings: z.array(warning).meta({
      description: "What to know of its results: files that were understood differently, and more.",
    }),
  })
  .meta({ id: "RequestNow" });

export const requestPage = z.object({
  items: z.array(requestSummary),
  next: z.string().nullable(),
});
