// What becomes of a message whose contents could not be read or recorded.
import type { z } from "zod";
import { isAway, isBadData } from "../../db/away.ts";
import type { Deps } from "../../deps.ts";
import { RequestError, UnavailableError } from "../../errors.ts";
import type { Verdict } from "../../queue/contract.ts";

const retrySeconds = 10;

/**
 * Only what the message says makes it poison. Whatever else failed, it may be good, and is
 * delivered again.
 */
export function verdictOf({ log }: Deps<"log">, error: unknown): Verdict {
  if (error instanceof RequestError) return { poison: error.message };
  if (error instanceof UnavailableError) return { againInSeconds: error.retryAfterSeconds };
  if (isAway(error)) return { againInSeconds: 2 };
  log.error({ err: error }, "a message from the queue was not recorded");
  if (!isBadData(error)) return { againInSeconds: retrySeconds };
  return { poison: "The service could not record it; its log says why." };
}

export function sentenceOf(error: z.ZodError, at: (string | number)[] = []): string {
  const [issue] = error.issues;
  const place = [...at, ...(issue?.path ?? [])].map((part) => `/${String(part)}`).join("");
  return `${place ? `At ${place}` : "The message"}: ${issue?.message ?? "it cannot be read"}.`;
}
