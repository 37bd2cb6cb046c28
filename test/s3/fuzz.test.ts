import { createConnection } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Credentials } from "../../src/s3/credentials.ts";
import { type Endpoint, startEndpoint } from "./endpoint.ts";
import { sign } from "./sign.ts";

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

const methods = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "PROPFIND"];
const pieces = [
  "/",
  "//",
  "%2f",
  "%2F..",
  "..",
  ".",
  "%00",
  "%",
  "%zz",
  "%ff",
  "*",
  "?",
  "a",
  "ü",
  "%C3%BC",
  "+",
  "%2e%2e",
  "\\",
  ";",
  "http://x/",
  ".uploads/",
  ".meta",
];
const junk = [
  "uploads",
  "uploadId=",
  "uploadId=x&partNumber=1",
  "partNumber=-1",
  "list-type=2",
  "list-type=9",
  "max-keys=-1",
  "max-keys=x",
  "delete",
  "acl",
  "location",
  "prefix=%00",
  "marker=%ff",
  "delimiter=a&delimiter=b",
  "X-Amz-Algorithm=AWS4-HMAC-SHA256",
  "AWSAccessKeyId=",
  "__proto__=1",
  "continuation-token=",
  "=",
  "&&&",
  "response-content-type=%0a",
  "start-after=%F0%9F",
  "encoding-type=x",
];

test("nothing that is sent unsigned is answered by a fault of ours", async () => {
  const path = fc
    .array(fc.constantFrom(...pieces, bucket), { maxLength: 6 })
    .map((parts) => `/${parts.join("")}`);
  const query = fc
    .array(fc.constantFrom(...junk), { maxLength: 4 })
    .map((parts) => (parts.length > 0 ? `?${parts.join("&")}` : ""));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), path, query, async (method, at, words) => {
      expect(
        await statusOf(
          `${method} ${encodeURI(at).replaceAll("%25", "%")}${words} HTTP/1.1\r\nHost: ` +
            "x\r\nConnection: close\r\n\r\n",
        ),
      ).toSatisfy(isTheirs);
    }),
    { numRuns: 300 },
  );
});

test("nor is anything with a good signature", async () => {
  const key = fc.array(
    fc.constantFrom(
      ...pieces.filter((piece) => !["%", "%zz", "%ff", "?", "http://x/"].includes(piece)),
    ),
    {
      maxLength: 5,
    },
  );
  const words = fc.array(fc.constantFrom(...junk.filter((word) => !/%ff|%F0|Amz|AWS/.test(word))), {
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      key,
      words,
      fc.string({ maxLength: 40 }),
      async (method, parts, query, body) => {
        const path = `/${bucket}/${encodeURI(parts.join("")).replaceAll("%25", "%")}`;
        expect(await statusOf(signedCall(method, path, query.join("&"), body))).toSatisfy(isTheirs);
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  [
    "headers of a megabyte",
    `GET / HTTP/1.1\r\nHost: x\r\nX-Junk: ${"x".repeat(1_000_000)}\r\n\r\n`,
  ],
  ["a path of a hundred kilobytes", `GET /${"x".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ["no HTTP", "hello\r\n\r\n"],
  [
    "an authority",
    "GET http://elsewhere/bucket/key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  ],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
  [
    "a huge Authorization",
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 " +
      `${"Credential=,".repeat(900)}\r\n\r\n`,
  ],
])("%s is refused", async (_, text) => {
  expect(await statusOf(text)).toSatisfy(isTheirs);
});

function isTheirs(status: number): boolean {
  return (status >= 200 && status < 500) || status === 501;
}

/** Bytes as they are: no client of ours would send them. */
function statusOf(text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(endpoint.port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    const settle = () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
      if (status === undefined) reject(new Error(`no answer to ${text.slice(0, 200)}`));
      else resolve(Number(status));
    };
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("close", settle).on("error", settle);
  });
}

function signedCall(method: string, path: string, queryText: string, body: string): string {
  const search = queryText.replace(/__proto__=1&?/, "");
  const url = search === "" ? path : `${path}?${search}`;
  const host = `127.0.0.1:${endpoint.port}`;
  const { headers } = sign(keys, method, url, {
    host,
    "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
  });
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}
