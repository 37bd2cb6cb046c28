// Fields that mean nothing to us and must be echoed: kept with the request, opaque to the domain.
import { z } from "zod";
import type { RequestView } from "../../requests/views.ts";
import { resultDestinations, resultFormats } from "./words.ts";

const shape = z.object({
  codegen: z.string().optional(),
  "tree-name": z.string().nullable().optional(),
  "result-destination": z.enum(resultDestinations).optional(),
  "result-format": z.enum(resultFormats).optional(),
});

export type EchoedFields = z.infer<typeof shape>;

export function echoedFieldsOf({ facade }: Pick<RequestView, "facade">): EchoedFields {
  return shape.safeParse(facade?.servicex).data ?? {};
}
