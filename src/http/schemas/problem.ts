import { z } from "zod";
import type { Problem } from "../problem.ts";

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
  })
  .meta({
    id: "Problem",
    description:
      "RFC 9457. `detail` says what is wrong and what is allowed; `errors` says it for each " +
      "place, with a JSON pointer into the body or the name of a parameter.",
    example: {
      type: "urn:longshore:problem:bad_input",
      title: "Bad Request",
      status: 400,
      detail: '"selektion" is not known here. Did you mean "selection"?',
      instance: "/v1/requests",
      errors: [
        {
          pointer: "/steps/0/selektion",
          detail: '"selektion" is not known here. Did you mean "selection"?',
        },
      ],
    },
  }) satisfies z.ZodType<Problem>;
