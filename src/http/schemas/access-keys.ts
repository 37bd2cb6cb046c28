import { z } from "zod";
import { accessKinds, keyFacades } from "../../auth/keys/keys.ts";

export const keyParams = z.object({ id: z.string().regex(/^[^\p{C}]{1,100}$/u) });

export const keyBody = z
  .strictObject({
    kind: z.enum(accessKinds).meta({
      description: "key: does what its owner does, without accounts. peer: another service.",
    }),
    name: z.string().regex(/^[^\p{C}]{1,100}$/u, "1 to 100 characters without control characters"),
    owner: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: "Of a key alone: the id of a person." }),
    days: z.number().min(0.1).max(36_500).optional(),
    facade: z.enum(keyFacades).optional().meta({ description: "It is for this façade alone." }),
    roots: z
      .array(z.string().regex(/^\/[^\p{Cc}]*$/u, "an absolute path"))
      .max(100)
      .optional()
      .meta({ description: "Of a façade: folders that it reaches, below those of the service." }),
    most_files: z
      .number()
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .meta({ description: "Of a façade: files that may be asked for at once." }),
  })
  .meta({ id: "NewAccessKey" });
