import { request } from "undici";
import { inWords } from "../system-problem.ts";

/** The work was done and its result was not stored: worth another try. */
export class UploadError extends Error {}

/** The store cannot take any result now: no fault of this file. */
export class StoreError extends UploadError {}

const ofTheStore = [429, 502, 503, 504, 507];

/** S3 has no status of its own for a quota that is used up: Ceph says 403, MinIO 400. */
const quotaCodes =
  /<Code>(QuotaExceeded|XMinioAdminBucketQuotaExceeded|XMinioStorageFull|InsufficientStorage)</;

export function isOfTheStore(status: number, answer: string): boolean {
  return ofTheStore.includes(status) || quotaCodes.test(answer);
}

const reachMilliseconds = 5_000;

/**
 * The error of an upload that got no answer. A store that answers other calls breaks this upload
 * for a reason of its own, such as a proxy's limit of size: that costs a try.
 */
export async function withoutAnswer(url: string, error: Error): Promise<UploadError> {
  const sentence = `The result could not be sent to the store: ${inWords(error)}.`;
  return (await isReachable(url)) ? new UploadError(sentence) : new StoreError(sentence);
}

/** Whether the store answers at all. */
export async function isReachable(url: string): Promise<boolean> {
  try {
    const { body } = await request(new URL("/", url), {
      method: "HEAD",
      headersTimeout: reachMilliseconds,
    });
    await body.dump();
    return true;
  } catch {
    return false;
  }
}
