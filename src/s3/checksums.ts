import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Crc32, Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { sameText } from "../secrets.ts";
import { S3Error } from "./s3-error.ts";

interface Sum {
  update(data: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

const prefix = "x-amz-checksum-";
/** length of the decoded value */
const makers: Record<string, { bytes: number; make: () => Sum }> = {
  md5: { bytes: 16, make: () => nodeHash("md5") },
  crc32: { bytes: 4, make: () => new Crc32() },
  crc32c: { bytes: 4, make: () => new Crc32c() },
  crc64nvme: { bytes: 8, make: () => new Crc64Nvme() },
  sha1: { bytes: 20, make: () => nodeHash("sha1") },
  sha256: { bytes: 32, make: () => nodeHash("sha256") },
};
const notValues = ["algorithm", "type", "mode"];

/** Computes the checksums that the caller announced in headers or for trailers. */
export interface Checking {
  update(chunk: Buffer): void;
  trailer(name: string, value: string): void;
  /** Throws when one differs. */
  verify(): Promise<void>;
  answered(): Record<string, string>;
}

export function announcedChecksums(headers: IncomingHttpHeaders): Checking {
  const sums = new Map<string, { sum: Sum; expected?: string }>();
  const add = (name: string, value?: string) =>
    sums.set(name, {
      sum: kindOf(name).make(),
      ...(value !== undefined && { expected: checkedValue(name, value) }),
    });
  const md5 = headers["content-md5"];
  if (md5 !== undefined) add("content-md5", md5.toString());
  for (const [name, value] of Object.entries(headers))
    if (isChecksum(name)) add(name, String(value));
  const trailers = String(headers["x-amz-trailer"] ?? "").split(",");
  for (const name of trailers.map((one) => one.trim().toLowerCase()))
    if (isChecksum(name)) add(name);

  return {
    update(chunk) {
      for (const { sum } of sums.values()) sum.update(chunk);
    },
    trailer(name, value) {
      const announced = sums.get(name);
      if (announced) announced.expected = checkedValue(name, value);
    },
    async verify() {
      for (const [name, { sum, expected }] of sums) {
        if (expected === undefined)
          throw new S3Error("InvalidRequest", `The trailer ${name} was announced but not sent.`);
        const computed = Buffer.from(await sum.digest()).toString("base64");
        if (!sameText(expected, computed))
          throw new S3Error(
            "BadDigest",
            `The ${name} you specified did not match the calculated checksum.`,
          );
      }
    },
    answered() {
      return Object.fromEntries(
        [...sums].flatMap(([name, { expected }]) =>
          isChecksum(name) && expected ? [[name, expected]] : [],
        ),
      );
    },
  };
}

function isChecksum(name: string): boolean {
  return name.startsWith(prefix) && !notValues.includes(name.slice(prefix.length));
}

function kindOf(name: string): { bytes: number; make: () => Sum } {
  const algorithm = name.replace(/^(x-amz-checksum|content)-/, "");
  const kind = Object.hasOwn(makers, algorithm) ? makers[algorithm] : undefined;
  if (!kind)
    throw new S3Error(
      "InvalidRequest",
      `The checksum ${name} is not supported; use one of ${Object.keys(makers).join(", ")}.`,
    );
  return kind;
}

function checkedValue(name: string, text: string): string {
  const value = Buffer.from(text, "base64");
  if (value.length === kindOf(name).bytes && value.toString("base64") === text) return text;
  throw new S3Error("InvalidDigest");
}

function nodeHash(algorithm: string): Sum {
  const hash = createHash(algorithm);
  return { update: (data) => void hash.update(data), digest: async () => hash.digest() };
}
