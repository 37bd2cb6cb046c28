import type { ByteRange } from "../contract.ts";

export function rangeHeader(range: ByteRange | undefined): string | undefined {
  return range && `bytes=${range.start}-${range.end ?? ""}`;
}

/** Of the object, where the answer is a part of it. */
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

/** Of an object that came in parts most servers know only a checksum of checksums; those that do not say so show it by the ETag's dash. */
export function hexOf({ ChecksumSHA256: sum, ChecksumType: type, ETag = "" }: Sums): {
  checksum?: string;
} {
  const ofParts = type === undefined ? ETag.includes("-") : type !== "FULL_OBJECT";
  if (!sum || ofParts || sum.includes("-")) return {};
  return { checksum: Buffer.from(sum, "base64").toString("hex") };
}
