import { z } from "zod";
import type { Task, Upload } from "../../operations/contract.ts";
import {
  mostReports,
  reportSchema,
  workerName as worker,
} from "../../requests/reports/report-schema.ts";
import { mostClaimed, operationNames, waitSeconds } from "./claim.ts";
import { wholeNumber } from "./params.ts";

export const report = reportSchema;

export const claimBody = z
  .strictObject({
    worker,
    claim_id: z
      .uuid()
      .optional()
      .meta({
        description:
          "A new id for each claim. A claim without an answer is repeated with the same id and " +
          "`repeated`: it gets the tasks that it started, also from another process of the " +
          "service, and no file loses a try. Tasks that the first call starts after the repeated " +
          "call was answered wait for their lease: repeat it with `max` 0 to have them.",
      }),
    repeated: z
      .boolean()
      .default(false)
      .meta({ description: "An earlier call with this `claim_id` had no answer." }),
    request: z.uuid().optional(),
    operations: operationNames.optional(),
    without: z
      .array(z.strictObject({ request: z.uuid(), step: z.number().int().min(1).max(1000) }))
      .max(100)
      .optional()
      .meta({ description: "No files of these steps: the worker may not read their inputs." }),
    max: mostClaimed(0).meta({
      description: "0 with `repeated`: only the tasks that the earlier call started.",
    }),
    wait_seconds: waitSeconds("How long to wait if there is no work now."),
    upload_headers: z
      .boolean()
      .default(false)
      .meta({
        description:
          "The worker sends the headers that an upload names: an S3 store that can then refuses " +
          "to replace an object. A 412 means that the object is stored already.",
      }),
    settings_once: z
      .boolean()
      .default(false)
      .meta({
        description:
          "The answer has the settings of each step once, in `settings`, and its tasks have " +
          "none: with long settings, more tasks fit.",
      }),
    leaves_barred: z
      .boolean()
      .default(false)
      .meta({
        description:
          "The worker reads nothing of what a task says is `barred`. Files of people to whom " +
          "something is barred go to such workers alone.",
      }),
  })
  .meta({ id: "Claim" });

const upload = z
  .object({
    name: z.string(),
    method: z.literal("PUT"),
    url: z.string(),
    headers: z.record(z.string(), z.string()).optional().meta({
      description: "Headers of the PUT, only where the claim asked for them.",
    }),
  })
  .meta({ id: "Upload" }) satisfies z.ZodType<Upload>;

const settings = z.record(z.string(), z.unknown());

const task = z
  .object({
    task: z.string(),
    request: z.uuid(),
    file: z.number().int(),
    step: z.number().int().min(1),
    attempt: z.number().int().min(1),
    operation: z.string(),
    settings: settings.optional().meta({ description: "Absent if the claim has `settings_once`." }),
    replicas: z.array(z.string()).meta({
      description:
        "Where the step before left the file; else its paths, in order of preference. With their " +
        "secrets: not to be logged or reported.",
    }),
    inputs: z.array(z.string()).meta({
      description: "URLs of the objects that the step before made; read before `replicas`.",
    }),
    uploads: z
      .array(upload)
      .meta({ description: "Where the objects go that the operation makes of the file." }),
    attachments: z
      .array(z.object({ name: z.string(), url: z.string() }))
      .optional()
      .meta({ description: "Files of the request's own that the step reads besides the file." }),
    upload: upload.nullable().meta({ description: "The first of `uploads`." }),
    lease_seconds: z.number(),
    alone: z.boolean().optional().meta({
      description: "A worker died that had this file: perform it by itself, beside no other.",
    }),
    from_service: z
      .boolean()
      .optional()
      .meta({
        description:
          "The step before is one of a service, such as `stage`: a file that it brought and that " +
          "is on tape again is reported as a failure of the class `not_on_disk`, and goes back.",
      }),
    barred: z
      .object({
        folders: z.array(z.string()),
        hosts: z.array(z.string()).meta({ description: "As in INPUT_HOSTS." }),
        dataset: z
          .string()
          .optional()
          .meta({ description: "The whole dataset: the file fails with this sentence." }),
      })
      .optional()
      .meta({
        description:
          "What is bound to groups that the owner of the request is not in. None of it may be " +
          "read for this file, by no link, other name or redirect either.",
      }),
  })
  .meta({ id: "Task" }) satisfies z.ZodType<Omit<Task, "settings">>;

export const claimAnswer = z.object({
  tasks: z.array(task),
  settings: z
    .record(z.string(), settings)
    .optional()
    .meta({
      description: "With `settings_once`: the settings of each step of `tasks`, by `request.step`.",
      example: { "0b7e6cf0-5f0c-4c9e-9a86-3f3f3f6f1a51.1": { selection: "select …" } },
    }),
});

export const replicaParams = z.object({
  task: z.string().min(1).max(200).meta({ description: "As in the answer to the claim." }),
  replica: wholeNumber(10_000, 0).meta({
    description: "Its place in `replicas` of the task, from 0.",
    override: { type: "integer" },
  }),
});

export const replicaQuery = z.strictObject({
  worker: worker.meta({ description: "The worker that holds the task." }),
});

const texts = z.array(z.string());

export const settingsAnswer = z.object({
  inputs: z
    .object({
      machine: z
        .string()
        .meta({ description: "Equal for processes that see the same files under the same paths." }),
      user: z.number().int().nullable().meta({ description: "The system's number of the user." }),
      roots: texts.meta({ description: "INPUT_ROOTS, as written and as real paths." }),
      closed: texts.meta({ description: "Folders of the service itself, which are not read." }),
      hosts: texts.meta({ description: "INPUT_HOSTS" }),
      starts_workers: z.boolean().meta({
        description: "The service starts workers with these rules: what they refuse has failed.",
      }),
    })
    .meta({ id: "WorkInputs" }),
});

export const heartbeatBody = z
  .strictObject({ worker, tasks: z.array(z.string().min(1).max(200)).max(10_000) })
  .meta({ id: "Heartbeat" });
export const heartbeatAnswer = z.object({ give_up: z.array(z.string()) });

/** Reports are parsed one by one, so that a bad one does not sink the others. */
export const reportsBody = z.strictObject({
  worker,
  reports: z.array(z.unknown()).min(1).max(mostReports),
});

/** A report may carry a message and a trace of a million characters each. */
export const longReports = {
  path: ["reports"],
  element: z.unknown(),
  most: mostReports,
  mostElementValues: 100_000,
  elementMegabytes: 8,
};

export const documentedReports = z
  .strictObject({ worker, reports: z.array(report).min(1).max(mostReports) })
  .meta({ id: "Reports" });

export const reportsAnswer = z.object({
  answers: z
    .array(z.string().regex(/^(recorded|duplicate|superseded|unknown|refused: .*)$/s))
    .meta({
      description: "In the order of the reports.",
      example: [
        "recorded",
        "duplicate",
        "superseded",
        "unknown",
        'refused: "status" must be one of …',
      ],
    }),
});
