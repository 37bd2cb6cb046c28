import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Crc32, Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import { S3Fault } from "./fault.ts";
import { sameText } from "./signature.ts";

interface Sum {
  update(data: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

const prefix = "x-amz-checksum-";
const makers: Record<string, () => Sum> = {
  crc32: () => new Crc32(),
  crc32c: () => new Crc32c(),
  crc64nvme: () => new Crc64Nvme(),
  sha1: () => nodeHash("sha1"),
  sha256: () => nodeHash("sha256"),
};
const notValues = ["algorithm", "type", "mode"];

/** The checksums that the caller announced, in headers or for the trailers, over the body as it passes. */
export interface Checking {
  update(chunk: Buffer): void;
  trailer(name: string, value: string): void;
  /** Throws when one differs. */
  verify(): Promise<void>;
  answered(): Record<string, string>;
}

export function announcedChecksums(headers: IncomingHttpHeaders): Checking {
  const sums = new Map<string, { sum: Sum; expected?: string }>();
  const add = (name: string, expected?: string) => sums.set(name, { sum: makerOf(name)(), ...(expected !== undefined && { expected }) });
  const md5 = headers["content-md5"];
  if (md5 !== undefined) add("content-md5", checkedBase64(md5.toString()));
  for (const [name, value] of Object.entries(headers)) if (isChecksum(name)) add(name, checkedBase64(String(value)));
  const trailers = String(headers["x-amz-trailer"] ?? "").split(",");
  for (const name of trailers.map((one) => one.trim().toLowerCase())) if (isChecksum(name)) add(name);

  return {
    update(chunk) {
      for (const { sum } of sums.values()) sum.update(chunk);
    },
    trailer(name, value) {
      const announced = sums.get(name);
      if (announced) announced.expected = checkedBase64(value);
    },
    async verify() {
      for (const [name, { sum, expected }] of sums) {
        if (expected === undefined) throw new S3Fault("InvalidRequest", `The trailer ${name} was announced and did not come.`);
        const computed = Buffer.from(await sum.digest()).toString("base64");
        if (!sameText(expected, computed))
          throw new S3Fault("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
      }
    },
    answered() {
      return Object.fromEntries([...sums].flatMap(([name, { expected }]) => (isChecksum(name) && expected ? [[name, expected]] : [])));
    },
  };
}

function isChecksum(name: string): boolean {
  return name.startsWith(prefix) && !notValues.includes(name.slice(prefix.length));
}

function makerOf(name: string): () => Sum {
  if (name === "content-md5") return () => nodeHash("md5");
  const maker = makers[name.slice(prefix.length)];
  if (!maker) throw new S3Fault("InvalidRequest", `The checksum ${name} is not known here; known are ${Object.keys(makers).join(", ")}.`);
  return maker;
}

function checkedBase64(text: string): string {
  if (/^[A-Za-z0-9+/]{4,}={0,2}$/.test(text)) return text;
  throw new S3Fault("InvalidDigest");
}

function nodeHash(algorithm: string): Sum {
  const hash = createHash(algorithm);
  return { update: (data) => void hash.update(data), digest: async () => hash.digest() };
}
