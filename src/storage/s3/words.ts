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

/** Of an object that came in parts S3 knows only a checksum of checksums, marked by a dash. */
export function hexOf({ ChecksumSHA256 }: { ChecksumSHA256?: string | undefined }): { checksum?: string } {
  if (!ChecksumSHA256 || ChecksumSHA256.includes("-")) return {};
  return { checksum: Buffer.from(ChecksumSHA256, "base64").toString("hex") };
}
