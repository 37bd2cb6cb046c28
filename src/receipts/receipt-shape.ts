import { z } from "zod";

/** What a verifier needs to know of a receipt; the signature vouches for the rest. */
export const receiptShape = z.looseObject({
  format: z.literal("longshore-receipt-1"),
  request: z.looseObject({ id: z.string() }),
});
