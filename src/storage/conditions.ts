import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export interface Version {
  size: number;
  checksum?: string | undefined;
  modifiedAt: Date;
}

/** With a dash, as S3 clients take an ETag without one for the MD5 of the content. */
export function etagOf({ size, checksum, modifiedAt }: Version): string {
  const seed =
    checksum ?? createHash("sha256").update(`${size} ${modifiedAt.getTime()}`).digest("hex");
  return `"${seed.slice(0, 32)}-1"`;
}

/** Evaluates the conditional headers of a read (RFC 9110 §13.2.2). */
export function readCondition(headers: IncomingHttpHeaders, version: Version): 200 | 304 | 412 {
  const etag = etagOf(version);
  const changed = Math.floor(version.modifiedAt.getTime() / 1000) * 1000;
  const notAfter = Date.parse(headers["if-unmodified-since"] ?? "");
  const since = Date.parse(headers["if-modified-since"] ?? "");
  if (headers["if-match"] !== undefined ? !names(headers["if-match"], etag) : changed > notAfter)
    return 412;
  if (
    headers["if-none-match"] !== undefined
      ? names(headers["if-none-match"], etag)
      : changed <= since
  )
    return 304;
  return 200;
}

/** If-Range: a caller with another version gets the whole object. */
export function rangeApplies(headers: IncomingHttpHeaders, version: Version): boolean {
  const condition = headers["if-range"]?.toString();
  if (condition === undefined) return true;
  if (condition.includes('"')) return condition === etagOf(version);
  return Math.floor(version.modifiedAt.getTime() / 1000) * 1000 === Date.parse(condition);
}

function names(list: string | string[], etag: string): boolean {
  return String(list)
    .split(",")
    .some((one) => ["*", etag, etag.slice(1, -1)].includes(one.trim().replace(/^W\//, "")));
}
