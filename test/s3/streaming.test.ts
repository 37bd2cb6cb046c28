import { createHash } from "node:crypto";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Credentials } from "../../src/s3/credentials.ts";
import { type Signer, signText } from "../../src/s3/signature.ts";
import { type Endpoint, startEndpoint } from "./endpoint.ts";
import { sign } from "./sign.ts";

// Streamed bodies, signed here chunk by chunk as the AWS documentation describes.
let endpoint: Endpoint;
let bucket: string;
let keys: Credentials;

beforeAll(async () => {
  endpoint = await startEndpoint();
  bucket = endpoint.newRequest();
  keys = endpoint.keys(bucket, "write");
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});

const chunks = [Buffer.alloc(66_000, "a"), Buffer.alloc(1, "b"), Buffer.alloc(70_000, "c")];
const whole = Buffer.concat(chunks);

test("a body signed chunk by chunk is stored as it was", async () => {
  expect(await put("signed", {})).toEqual([200, undefined]);
  expect((await endpoint.store.head(bucket, "signed"))?.checksum).toBe(sha256(whole));
});

test("and with its checksum in a signed trailer", async () => {
  expect(await put("trailer", { trailer: true })).toEqual([200, undefined]);
  expect((await endpoint.store.head(bucket, "trailer"))?.checksum).toBe(sha256(whole));
});

test.each([
  [
    "a changed byte in a chunk",
    { change: (body: string) => body.replace("aaaa", "aaab") },
    "SignatureDoesNotMatch",
  ],
  [
    "a chunk without signature",
    { change: (body: string) => body.replace(/;chunk-signature=\w+/, "") },
    "SignatureDoesNotMatch",
  ],
  ["chunks in another order", { order: [2, 1, 0] }, "SignatureDoesNotMatch"],
  [
    "a size that is no number",
    { change: (body: string) => body.replace(/^\w+/, "zz") },
    "IncompleteBody",
  ],
  ["no end", { change: (body: string) => body.slice(0, body.lastIndexOf("0;")) }, "IncompleteBody"],
  ["nothing at all", { change: () => "" }, "IncompleteBody"],
  ["a line without end", { change: () => "a".repeat(10_000) }, "IncompleteBody"],
  ["a length that differs", { length: whole.length + 1 }, "IncompleteBody"],
  ["a smaller length", { length: whole.length - 1 }, "IncompleteBody"],
  [
    "a wrong trailer",
    { trailer: true, change: (body: string) => body.replace(/sha256:..../, "sha256:AAAA") },
    "SignatureDoesNotMatch",
  ],
  [
    "a trailer that is missing",
    { trailer: true, change: (body: string) => body.slice(0, body.indexOf("x-amz-checksum")) },
    "SignatureDoesNotMatch",
  ],
])("%s is refused and nothing stored", async (name, options: Options, code) => {
  expect(await put(name, options)).toEqual([code === "SignatureDoesNotMatch" ? 403 : 400, code]);
  expect(await endpoint.store.head(bucket, name)).toBeUndefined();
});

interface Options {
  trailer?: boolean;
  change?: (body: string) => string;
  order?: number[];
  length?: number;
}

async function put(
  name: string,
  { trailer, change = (body) => body, order, length = whole.length }: Options,
): Promise<[number | undefined, string | undefined]> {
  const path = `/${bucket}/${name}`;
  const { headers, signer, signature } = sign(keys, "PUT", encodeURI(path), {
    host: `127.0.0.1:${endpoint.port}`,
    "x-amz-content-sha256": `STREAMING-AWS4-HMAC-SHA256-PAYLOAD${trailer ? "-TRAILER" : ""}`,
    "x-amz-decoded-content-length": String(length),
    ...(trailer && { "x-amz-trailer": "x-amz-checksum-sha256" }),
  });
  const framed = frames(signer, signature, trailer ?? false);
  const parts = order ? [...order.map((at) => framed[at]), ...framed.slice(3)] : framed;
  return send(path, headers, change(parts.join("")));
}

function frames(signer: Signer, seed: string, trailer: boolean): string[] {
  let previous = seed;
  const made: string[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    const lines = [
      "AWS4-HMAC-SHA256-PAYLOAD",
      signer.longDate,
      signer.credentialScope,
      previous,
      sha256(Buffer.alloc(0)),
      sha256(chunk),
    ];
    previous = signText(signer, lines.join("\n"));
    const end = chunk.length > 0 || !trailer ? "\r\n" : "";
    made.push(
      `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk.toString()}${end}`,
    );
  }
  if (!trailer) return made;
  const line = `x-amz-checksum-sha256:${createHash("sha256").update(whole).digest("base64")}`;
  const signature = signText(
    signer,
    [
      "AWS4-HMAC-SHA256-TRAILER",
      signer.longDate,
      signer.credentialScope,
      previous,
      sha256(Buffer.from(`${line}\n`)),
    ].join("\n"),
  );
  return [...made, `${line}\r\n`, `x-amz-trailer-signature:${signature}\r\n\r\n`];
}

function send(
  path: string,
  headers: Record<string, string>,
  body: string,
): Promise<[number | undefined, string | undefined]> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port: endpoint.port,
      method: "PUT",
      path: encodeURI(path),
      headers: { ...headers, "content-length": body.length },
    });
    sent.on("error", reject).on("response", async (response) => {
      resolve([response.statusCode, /<Code>(\w+)</.exec(await text(response))?.[1]]);
    });
    sent.end(body);
  });
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
