import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { readAddress } from "../../src/s3/address.ts";
import { dechunked } from "../../src/s3/aws-chunked.ts";
import { announcedChecksums } from "../../src/s3/checksums.ts";
import { makeSigner, requestSignature, type SignedRequest } from "../../src/s3/signature.ts";

// The examples of AWS's own pages "Authenticating Requests (AWS Signature Version 4)":
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html,
// …/sigv4-query-string-auth.html, …/sigv4-streaming.html and …/sigv4-streaming-trailers.html
const accessKey = "AKIAIOSFODNN7EXAMPLE";
const longDate = "20130524T000000Z";
const signer = makeSigner("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {
  longDate,
  region: "us-east-1",
});
const host = "examplebucket.s3.amazonaws.com";
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const common = { host, "x-amz-date": longDate };

function sign(method: string, url: string, hash: string, headers: SignedRequest["headers"]) {
  const { path, query } = readAddress(url);
  const signedHeaders = Object.keys(headers);
  return requestSignature(signer, {
    method,
    path,
    query,
    headers,
    signedHeaders,
    payloadHash: hash,
  });
}

test.each([
  [
    "GET an object",
    "GET",
    "/test.txt",
    emptyHash,
    { ...common, range: "bytes=0-9", "x-amz-content-sha256": emptyHash },
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "PUT an object",
    "PUT",
    "/test$file.text",
    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    {
      ...common,
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
      "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    },
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  [
    "GET the bucket's lifecycle",
    "GET",
    "/?lifecycle",
    emptyHash,
    { ...common, "x-amz-content-sha256": emptyHash },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "list objects",
    "GET",
    "/?max-keys=2&prefix=J",
    emptyHash,
    { ...common, "x-amz-content-sha256": emptyHash },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
  [
    "a presigned URL",
    "GET",
    "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
      `&X-Amz-Credential=${accessKey}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request` +
      `&X-Amz-Date=${longDate}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host` +
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    "UNSIGNED-PAYLOAD",
    { host },
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  ],
])("AWS's example: %s", (_name, method, url, hash, headers, signature) => {
  expect(sign(method, url, hash, headers)).toBe(signature);
});

const chunk = "a".repeat(65_536);
const rest = "a".repeat(1024);

test("AWS's example of a streamed body", async () => {
  const payloadHash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
  const signature = sign("PUT", "/examplebucket/chunkObject.txt", payloadHash, {
    "content-encoding": "aws-chunked",
    "content-length": "66824",
    host: "s3.amazonaws.com",
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": longDate,
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
  });
  expect(signature).toBe("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  const body = [
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648`,
    chunk,
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497`,
    rest,
    `0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9`,
    "\r\n",
  ].join("\r\n");
  const checking = announcedChecksums({});
  const signing = { payloadHash, signature, signer };
  const decoded = dechunked(
    Readable.from([Buffer.from(body)]),
    { signed: true, trailers: false },
    signing,
    checking,
  );
  expect(await text(decoded)).toBe(chunk + rest);
});

test("AWS's example of a streamed body with a trailer", async () => {
  const payloadHash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
  const headers = {
    "content-encoding": "aws-chunked",
    host: "s3.amazonaws.com",
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": longDate,
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-trailer": "x-amz-checksum-crc32c",
  };
  const signature = sign("PUT", "/examplebucket/chunkObject.txt", payloadHash, headers);
  expect(signature).toBe("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  const body = [
    `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2`,
    chunk,
    `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7`,
    rest,
    `0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992`,
    `x-amz-checksum-crc32c:sOO8/Q==`,
    `x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435`,
    "\r\n",
  ].join("\r\n");
  const checking = announcedChecksums(headers);
  const signing = { payloadHash, signature, signer };
  const decoded = dechunked(
    Readable.from([Buffer.from(body)]),
    { signed: true, trailers: true },
    signing,
    checking,
  );
  for await (const piece of decoded) checking.update(piece);
  await checking.verify();
});

test("a repeated header, inner spaces and names that sort before '=' are signed as AWS says", () => {
  const headers = { host, "my-header": ["value2", " value1  more "] };
  const spelled = { host, "my-header": "value2,value1 more" };
  expect(sign("GET", "/?a-b=2&a=1", emptyHash, headers)).toBe(
    sign("GET", "/?a=1&a-b=2", emptyHash, spelled),
  );
});
