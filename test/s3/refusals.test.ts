import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Credentials } from "../../src/s3/credentials.ts";
import { s3Client } from "./client.ts";
import { type Endpoint, startEndpoint } from "./endpoint.ts";
import { sign } from "./sign.ts";

let endpoint: Endpoint;
let bucket: string;
let read: Credentials;
let write: Credentials;

beforeAll(async () => {
  endpoint = await startEndpoint();
});
afterAll(async () => {
  await endpoint.close();
  expect(endpoint.faults).toEqual([]);
});
beforeEach(async () => {
  bucket = endpoint.newRequest();
  read = endpoint.keys(bucket, "read");
  write = endpoint.keys(bucket, "write");
  await endpoint.addResult(bucket, "result", Buffer.from("content"));
});

describe("keys", () => {
  test("of one request reach no other", async () => {
    const other = endpoint.newRequest();
    await endpoint.addResult(other, "result", Buffer.from("secret"));
    for (const keys of [read, write]) {
      const client = s3Client(endpoint.url, keys);
      await expect(client.send(new ListObjectsV2Command({ Bucket: other }))).rejects.toMatchObject({
        name: "AccessDenied",
      });
      await expect(
        client.send(new GetObjectCommand({ Bucket: other, Key: "result" })),
      ).rejects.toMatchObject({ name: "AccessDenied" });
      await expect(
        client.send(new PutObjectCommand({ Bucket: other, Key: "x", Body: "x" })),
      ).rejects.toMatchObject({
        name: "AccessDenied",
      });
    }
  });

  test("that were never ours, or whose secret is wrong, are refused by name", async () => {
    const list = (keys: Credentials) =>
      s3Client(endpoint.url, keys).send(new ListObjectsV2Command({ Bucket: bucket }));
    await expect(list({ ...read, accessKey: "AKIAIOSFODNN7EXAMPLE" })).rejects.toMatchObject({
      name: "InvalidAccessKeyId",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(list({ ...read, secretKey: write.secretKey })).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
      $metadata: { httpStatusCode: 403 },
    });
    await expect(list({ ...write, secretKey: read.secretKey })).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
    await expect(
      list({ accessKey: read.accessKey.replace("LSRD", "LSWR"), secretKey: read.secretKey }),
    ).rejects.toMatchObject({
      name: "SignatureDoesNotMatch",
    });
  });

  test("of a deleted request find no bucket", async () => {
    const gone = crypto.randomUUID();
    const client = s3Client(endpoint.url, endpoint.keys(gone, "read"));
    await expect(client.send(new ListObjectsV2Command({ Bucket: gone }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  test("are not needed for nothing: an unsigned call is refused", async () => {
    for (const path of ["/", `/${bucket}`, `/${bucket}/result`])
      expect(await ask("GET", path)).toMatchObject({ status: 403, code: "AccessDenied" });
  });
});

describe("a signature by header", () => {
  test("holds as it was made", async () => {
    expect(
      (await ask("GET", `/${bucket}/result`, signed(read, "GET", `/${bucket}/result`))).body,
    ).toBe("content");
  });

  test.each([
    ["another method", { method: "DELETE" }],
    ["another object", { path: "/other" }],
    ["another host", { host: "elsewhere:9000" }],
    ["another query", { query: "?list-type=2" }],
    ["a changed signed header", { header: { "x-amz-meta-note": "changed" } }],
    [
      "another hash of the body",
      { header: { "x-amz-content-sha256": createHash("sha256").update("x").digest("hex") } },
    ],
  ])(
    "does not hold for %s",
    async (_, changed: {
      method?: string;
      path?: string;
      host?: string;
      query?: string;
      header?: Record<string, string>;
    }) => {
      const headers = signed(write, "GET", `/${bucket}/result`, {
        headers: { "x-amz-meta-note": "signed" },
      });
      const path = changed.path ? `/${bucket}${changed.path}` : `/${bucket}/result`;
      const sent = { ...headers, ...changed.header, ...(changed.host && { host: changed.host }) };
      expect(await ask(changed.method ?? "GET", path + (changed.query ?? ""), sent)).toMatchObject({
        status: 403,
        code: "SignatureDoesNotMatch",
      });
    },
  );

  test("does not hold for a header of Amazon's that is not signed", async () => {
    const headers = signed(read, "GET", `/${bucket}/result`);
    expect(
      await ask("GET", `/${bucket}/result`, { ...headers, "x-amz-copy-source": "x" }),
    ).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
  });

  test("does not hold for another body", async () => {
    const headers = signed(write, "PUT", `/${bucket}/x`, { body: "signed" });
    expect(await ask("PUT", `/${bucket}/x`, headers, "others")).toMatchObject({
      status: 400,
      code: "XAmzContentSHA256Mismatch",
    });
    expect(await endpoint.store.head(bucket, "x")).toBeUndefined();
  });

  test("is refused when its time is not ours", async () => {
    for (const minutes of [-16, 16]) {
      const headers = signed(read, "GET", `/${bucket}/result`, {
        date: new Date(Date.now() + minutes * 60_000),
      });
      expect(await ask("GET", `/${bucket}/result`, headers)).toMatchObject({
        status: 403,
        code: "RequestTimeTooSkewed",
      });
    }
    const near = signed(read, "GET", `/${bucket}/result`, {
      date: new Date(Date.now() - 14 * 60_000),
    });
    expect(await ask("GET", `/${bucket}/result`, near)).toMatchObject({ status: 200 });
  });

  test("that cannot be read is refused", async () => {
    const good = signed(read, "GET", `/${bucket}/result`);
    const authorization = good.authorization ?? "";
    const broken = [
      ["AWS key:signature", "InvalidRequest"],
      ["Bearer x", "InvalidRequest"],
      ["AWS4-HMAC-SHA256 ", "InvalidRequest"],
      ["AWS4-HMAC-SHA256 Credential=x", "AuthorizationHeaderMalformed"],
      [authorization.replace("/s3/", "/ec2/"), "AuthorizationHeaderMalformed"],
      [authorization.replace(/\/\d{8}\//, "/20200101/"), "AuthorizationHeaderMalformed"],
      [authorization.replace("host;", ""), "AccessDenied"],
      [authorization.replace(/Signature=.*/, "Signature="), "SignatureDoesNotMatch"],
      [
        authorization.replace(/SignedHeaders=/, "SignedHeaders=__proto__;"),
        "SignatureDoesNotMatch",
      ],
    ];
    for (const [header, code] of broken)
      expect(
        await ask("GET", `/${bucket}/result`, { ...good, authorization: header ?? "" }),
      ).toMatchObject({ code });
    const { "x-amz-content-sha256": _, ...unhashed } = good;
    expect(await ask("GET", `/${bucket}/result`, unhashed)).toMatchObject({
      status: 400,
      code: "InvalidRequest",
    });
    expect(
      await ask("GET", `/${bucket}/result`, { ...good, "x-amz-date": "yesterday" }),
    ).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
  });
});

describe("a presigned URL", () => {
  test("reads without keys until it expires", async () => {
    const client = s3Client(endpoint.url, read);
    const url = await getSignedUrl(
      client,
      new GetObjectCommand({ Bucket: bucket, Key: "result" }),
      { expiresIn: 60 },
    );
    expect(await (await fetch(url)).text()).toBe("content");
    expect((await fetch(url, { method: "PUT", body: "x" })).status).toBe(403);
    expect((await fetch(url.replace("/result", "/other"))).status).toBe(403);
    expect((await fetch(url.replace("Expires=60", "Expires=6000"))).status).toBe(403);
    const signingDate = new Date(Date.now() - 61_000);
    const expired = await fetch(
      await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: "result" }), {
        expiresIn: 60,
        signingDate,
      }),
    );
    expect([expired.status, codeOf(await expired.text())]).toEqual([403, "AccessDenied"]);
  });

  test("writes what its signed headers allow", async () => {
    const command = new PutObjectCommand({ Bucket: bucket, Key: "ä put", ContentType: "text/csv" });
    const client = s3Client(endpoint.url, write, { requestChecksumCalculation: "WHEN_REQUIRED" });
    const url = await getSignedUrl(client, command, { signableHeaders: new Set(["content-type"]) });
    expect(
      (await fetch(url, { method: "PUT", body: "x", headers: { "content-type": "text/html" } }))
        .status,
    ).toBe(403);
    expect(
      (await fetch(url, { method: "PUT", body: "x", headers: { "content-type": "text/csv" } }))
        .status,
    ).toBe(200);
    expect(await endpoint.store.head(bucket, "ä put")).toMatchObject({ size: 1 });
  });

  test("cannot be read from nonsense", async () => {
    const good = new URL(
      await getSignedUrl(
        s3Client(endpoint.url, read),
        new GetObjectCommand({ Bucket: bucket, Key: "result" }),
      ),
    );
    const broken: [string, string, string][] = [
      ["X-Amz-Expires", "0", "AuthorizationQueryParametersError"],
      ["X-Amz-Expires", "99999999", "AuthorizationQueryParametersError"],
      ["X-Amz-Expires", "x", "AuthorizationQueryParametersError"],
      ["X-Amz-Date", "x", "AuthorizationQueryParametersError"],
      ["X-Amz-Credential", "x", "AuthorizationQueryParametersError"],
      ["X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256", "AuthorizationQueryParametersError"],
      ["X-Amz-SignedHeaders", "", "AccessDenied"],
      ["X-Amz-Signature", "0", "SignatureDoesNotMatch"],
    ];
    for (const [name, value, code] of broken) {
      const url = new URL(good);
      url.searchParams.set(name, value);
      expect(await ask("GET", url.pathname + url.search)).toMatchObject({ code });
    }
  });

  test("of the old kind, as boto3 makes it, reads until it expires and writes nothing", async () => {
    const url = (
      keys: Credentials,
      method: string,
      expires: number,
      path = `/${bucket}/result`,
    ) => {
      const signature = createHmac("sha1", keys.secretKey)
        .update(`${method}\n\n\n${expires}\n${path}`)
        .digest("base64");
      const query = new URLSearchParams({
        AWSAccessKeyId: keys.accessKey,
        Signature: signature,
        Expires: String(expires),
      });
      return `${path}?${query}`;
    };
    const later = Math.floor(Date.now() / 1000) + 365 * 24 * 3600;
    expect((await ask("GET", url(read, "GET", later))).body).toBe("content");
    expect(await ask("GET", url(read, "GET", 1))).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
    expect(
      await ask("GET", url(read, "GET", later).replace(`Expires=${later}`, `Expires=${later + 1}`)),
    ).toMatchObject({
      code: "SignatureDoesNotMatch",
    });
    expect(await ask("GET", url({ ...read, secretKey: "x" }, "GET", later))).toMatchObject({
      code: "SignatureDoesNotMatch",
    });
    expect(await ask("GET", url({ ...read, accessKey: "x" }, "GET", later))).toMatchObject({
      code: "InvalidAccessKeyId",
    });
    expect(await ask("PUT", url(write, "PUT", later), {}, "x")).toMatchObject({
      status: 403,
      code: "AccessDenied",
    });
    expect(
      await ask("GET", url(read, "GET", later, `/${endpoint.newRequest()}/result`)),
    ).toMatchObject({ code: "AccessDenied" });
  });
});

interface Answer {
  status: number | undefined;
  body: string;
  code: string | undefined;
}

/** fetch would not send a Host of our own */
function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1",
      port: endpoint.port,
      method,
      path,
      headers: { "content-length": Buffer.byteLength(body), ...headers },
    });
    sent.on("error", reject).on("response", async (response) => {
      const answer = await text(response);
      resolve({ status: response.statusCode, body: answer, code: codeOf(answer) });
    });
    sent.end(body);
  });
}

function codeOf(xml: string): string | undefined {
  return /<Code>(\w+)</.exec(xml)?.[1];
}

function signed(
  keys: Credentials,
  method: string,
  path: string,
  {
    headers = {},
    body = "",
    date,
  }: { headers?: Record<string, string>; body?: string; date?: Date } = {},
): Record<string, string> {
  const sent = {
    host: `127.0.0.1:${endpoint.port}`,
    "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
    ...headers,
  };
  return sign(keys, method, path, sent, date).headers;
}
