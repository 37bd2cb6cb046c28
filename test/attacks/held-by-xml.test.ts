// A caller of the S3 endpoint sends XML that takes long to read, so that everybody else waits.
import { createHash } from "node:crypto";
import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Endpoint, startEndpoint } from "../s3/endpoint.ts";
import { sign } from "../s3/sign.ts";
import { type Answer, sendCall } from "../support/api.ts";

const megabyte = 1024 * 1024;

let endpoint: Endpoint;
let bucket: string;
beforeAll(async () => {
  endpoint = await startEndpoint();
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});
beforeEach(() => {
  bucket = endpoint.newRequest();
});

function post(path: string, body: string, length = Buffer.byteLength(body)): Promise<Answer> {
  const given = {
    host: `127.0.0.1:${endpoint.port}`,
    "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
  };
  const { headers } = sign(endpoint.keys(bucket, "write"), "POST", path, given);
  headers["content-length"] = String(length);
  return sendCall(endpoint.port, { method: "POST", path, headers, body });
}

async function beginUpload(): Promise<string> {
  const { text } = await post(`/${bucket}/object?uploads=`, "");
  return /<UploadId>([^<]+)</.exec(text)?.[1] ?? "";
}

const lists = [
  {
    what: "deleting objects",
    root: "Delete",
    item: "Object",
    most: 1_000,
    megabytes: 2,
    path: async () => `/${bucket}?delete=`,
  },
  {
    what: "completing an upload",
    root: "CompleteMultipartUpload",
    item: "Part",
    most: 10_000,
    megabytes: 8,
    path: async () => `/${bucket}/object?uploadId=${await beginUpload()}`,
  },
];

test.each(lists)(
  "$what: a document is refused by its size, before it has arrived",
  async ({ path, megabytes }) => {
    const answer = await post(await path(), "<", megabytes * megabyte + 1);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("<Code>MalformedXML</Code>");
  },
);

test.each(lists)(
  "$what: depth, tags, items and long texts are refused before parsing",
  async ({ root, item, most, megabytes, path }) => {
    const fill = (text: string) => text.repeat((megabytes * megabyte - 1_000) / text.length);
    const documents = [
      `<${root}>${fill("<a>")}`,
      fill("<"),
      `<${root}>${fill("<a/>")}</${root}>`,
      `<${root}>${`<${item}/>`.repeat(most + 11)}</${root}>`,
      `<${root}><${item}>${fill("<a/>")}</${item}></${root}>`,
      `<${root}><${item}><a>${fill("&lt;")}</a></${item}></${root}>`,
      `<${root} ${fill('a="b" ')}><${item}/></${root}>`,
      `<!DOCTYPE a [<!ENTITY b "c">]><${root}><${item}>&b;</${item}></${root}>`,
    ];
    const parsing = vi.spyOn(XMLParser.prototype, "parse");
    for (const text of documents) {
      const answer = await post(await path(), text);
      expect(answer.text, text.slice(0, 100)).toContain("<Code>MalformedXML</Code>");
      expect(parsing).not.toHaveBeenCalled();
    }
    parsing.mockRestore();
  },
);

test("a thousand long keys that need escapes are deleted piece by piece", async () => {
  const keys = Array.from({ length: 1_000 }, (_, n) => `${n}${"'".repeat(1_000)}`);
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
  const parsing = vi.spyOn(XMLParser.prototype, "parse");
  const { status, text } = await post(`/${bucket}?delete=`, `<Delete>${objects}</Delete>`);
  expect(status).toBe(200);
  expect(text.match(/<Deleted>/g)).toHaveLength(1_000);
  expect(parsing.mock.calls.length).toBeGreaterThan(50);
  for (const [piece] of parsing.mock.calls) expect(piece.length).toBeLessThan(40_000);
  parsing.mockRestore();
});
