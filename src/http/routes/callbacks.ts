import { z } from "zod";
import { callBack } from "../../tasks/callback.ts";
import { route } from "../route.ts";

export const callBackOperation = route({
  method: "post",
  path: "/v1/callbacks/{operation}",
  name: "callBackOperation",
  tag: "tasks",
  access: "tasks.wake",
  summary: "An outside service has news of a task; the operation verifies the call",
  description:
    "The body is whatever the outside service sends. The call only wakes the tasks it names.",
  params: z.object({ operation: z.string().min(1).max(100) }),
  rawMegabytes: 1,
  responses: {
    202: {
      description: "How many tasks are asked about now.",
      schema: z.object({ woken: z.number().int().min(0) }),
    },
  },
  async handler(ctx, { params: { operation }, request: { headers }, raw: body }) {
    return { status: 202, body: { woken: await callBack(ctx, operation, { headers, body }) } };
  },
});
