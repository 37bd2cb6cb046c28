import type { ByteRange, StoredObject } from "../contract.ts";

export function rangeHeader(range: ByteRange | undefined): string | undefined {
  return range && `bytes=${range.start}-${range.end ?? ""}`;
}

/** Size of the whole object, also when the reply is a range. */
export function wholeSize({
  ContentRange,
  ContentLength,
}: {
  ContentRange?: string | undefined;
  ContentLength?: number | undefined;
}): number {
  const whole = ContentRange?.split("/")[1];
  return whole === undefined ? (ContentLength ?? 0) : Number(whole);
}

interface Sums {
  ChecksumSHA256?: string | undefined;
  ChecksumType?: string | undefined;
  ETag?: string | undefined;
}

/**
 * For multipart uploads most servers have only a checksum of checksums; some show it only by a dash
 * in the ETag.
 */
export function hexOf({ ChecksumSHA256: sum, ChecksumType: type, ETag = "" }: Sums): {
  checksum?: string;
} {
  const ofParts = type === undefined ? ETag.includes("-") : type !== "FULL_OBJECT";
  if (!sum || ofParts || sum.includes("-")) return {};
  return { checksum: Buffer.from(sum, "base64").toString("hex") };
}

export function toObject(
  bucket: string,
  name: string,
  size: number,
  answer: Sums & { LastModified?: Date | undefined },
): StoredObject {
  return {
    bucket,
    name,
    size,
    modifiedAt: answer.LastModified ?? new Date(0),
    ...hexOf(answer),
    ...(answer.ETag && { etag: plainEtag(answer.ETag) }),
  };
}

export function plainEtag(etag: string): string {
  return etag.replaceAll('"', "");
}
