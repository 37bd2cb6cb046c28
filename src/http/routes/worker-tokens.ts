import { z } from "zod";
import { admitWorker } from "../../auth/admit-worker.ts";
import { route } from "../route.ts";
import { time } from "../schemas/request.ts";

const body = z
  .strictObject({
    operations: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: "Which it may work on. Default: all, also those of later versions." }),
    hours: z
      .number()
      .min(0.1)
      .max(720)
      .default(24)
      .meta({ description: "How long it is good. It cannot be revoked." }),
  })
  .meta({ id: "NewWorkerToken" });

const made = z
  .object({
    token: z.string().meta({ description: "It is never shown again." }),
    expires_at: time,
  })
  .meta({ id: "WorkerToken" });

export const makeWorkerToken = route({
  method: "post",
  path: "/v1/worker-tokens",
  name: "makeWorkerToken",
  tag: "work",
  access: "worker.admit",
  summary: "Make a token for workers or agents on another host, which are no people",
  body: { schema: body, example: { operations: ["transform"], hours: 24 } },
  responses: {
    201: { description: "The token, shown this once.", schema: made },
    422: { description: "An operation that this service has not." },
  },
  async handler(ctx, { caller, body: wanted }) {
    const { token, expiresAt } = await admitWorker(ctx, caller, wanted);
    return { status: 201, body: { token, expires_at: expiresAt.toISOString() } };
  },
});
