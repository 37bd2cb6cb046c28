import { expect, test } from "vitest";
import { isRedacted, secretsOf, shownAddress, withoutSecrets } from "../../src/addresses/shown.ts";

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2VjcmV0";

test.each([
  // AWS, version 4 and 2
  [
    "https://b.s3.example.org/a/f.parquet?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
      "&X-Amz-Credential=AK%2F1&X-Amz-Date=1&X-Amz-Expires=60&X-Amz-SignedHeaders=host" +
      "&X-Amz-Signature=abc",
    "https://b.s3.example.org/a/f.parquet?[redacted]",
  ],
  [
    "https://s3.example.org/b/f?versionId=7&AWSAccessKeyId=A&Signature=s%3D&Expires=1",
    "https://s3.example.org/b/f?versionId=7&[redacted]",
  ],
  // Google Cloud Storage, CloudFront, Azure
  [
    "https://storage.googleapis.com/b/f?X-Goog-Signature=1&X-Goog-Date=2&generation=3",
    "https://storage.googleapis.com/b/f?[redacted]&generation=3",
  ],
  [
    "https://d1.cloudfront.net/f?Policy=p&Signature=s&Key-Pair-Id=K",
    "https://d1.cloudfront.net/f?[redacted]",
  ],
  [
    "https://a.blob.core.windows.net/c/f?sv=2024&se=2026&sp=r&sig=abc%3D&snapshot=1",
    "https://a.blob.core.windows.net/c/f?[redacted]&snapshot=1",
  ],
  ["https://host/f?sp=2&sv=3", "https://host/f?sp=2&sv=3"],
  // tokens, keys and passwords
  ["https://host/f?access_token=abc", "https://host/f?[redacted]"],
  ["https://host/f?id=5&apiKey=abc&format=nc", "https://host/f?id=5&[redacted]&format=nc"],
  ["https://host/f?private-token=abc#part", "https://host/f?[redacted]#part"],
  ["https://host/f#access_token=abc", "https://host/f#[redacted]"],
  ["https://host/f;jsessionid=abc/g", "https://host/f;[redacted]/g"],
  ["https://host/f?a=1;token=abc", "https://host/f?[redacted]"],
  ["https://host/f?x%5ftoken=abc", "https://host/f?[redacted]"],
  ["root://eos.example.org//f?authz=Bearer%20abc", "root://eos.example.org//f?[redacted]"],
  ["https://host/f?q=Bearer%20abc", "https://host/f?[redacted]"],
  [`https://host/f?state=${jwt}`, "https://host/f?[redacted]"],
  [`https://host/f?${"a1".repeat(32)}`, "https://host/f?[redacted]"],
  ["https://proxy/?url=https%3A%2F%2Fh%2Ff%3Ftoken%3Dabc", "https://proxy/?[redacted]"],
  ["simplecache::https://host/f?sig=abc", "simplecache::https://host/f?[redacted]"],
  // user information
  ["https://user:password@host:8443/f", "https://[redacted]@host:8443/f"],
  ["https://token@host/f", "https://[redacted]@host/f"],
  ["https://user:p@ss@host/f", "https://[redacted]@host/f"],
  ["https://user:pa/ss?w@host/f", "https://[redacted]@host/f"],
  ["https:user:password@host/f", "https:[redacted]@host/f"],
  ["https:\\\\user:password@host/f", "https:\\\\[redacted]@host/f"],
  ["s3://key:secret@bucket/f", "s3://[redacted]@bucket/f"],
])("%s is shown as %s", (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
  expect(shownAddress(shown)).toBe(shown);
  expect(withoutSecrets(`It said "${address}" twice.`)).toBe(`It said "${shown}" twice.`);
  expect(isRedacted(shown)).toBe(shown !== address);
  expect(secretsOf(address).size > 0).toBe(shown !== address);
});

test.each([
  "/data/what?token=1.parquet",
  "/data/[redacted]/f.parquet",
  "file:///data/a#key=1.csv",
  "dir:///data/run;key=5/*.parquet",
  "https://host/key=5/token=6/f.parquet",
  "https://host/a@b/f.parquet?id=5&format=netcdf&country=DEU",
  "https://[::1]:9000/a@b",
  "https://doi.org/api?persistentId=doi:10.7910/DVN/ABCDEF&download=1",
  "https://host/f?id=0e7bd0a2-3b4c-4a5d-8e6f-112233445566",
  "https://host/f?file=cmip6-cmip-mpi-esm1-2-hr-historical-r1i1p1f1-day-tas",
])("%s has no secret", (address) => {
  expect(shownAddress(address)).toBe(address);
  expect(isRedacted(address)).toBe(false);
});

test.each([
  ["Authorization: Basic c29tZWJvZHk6aHVudGVyMg==", "Authorization: Basic [redacted]"],
  ["(https://h/f?token=abc): 403", "(https://h/f?[redacted]): 403"],
  ["GET /f?token=abc&x=1 returned 403", "GET /f?[redacted]&x=1 returned 403"],
  ["the query was X=1&X-Amz-Signature=abc", "the query was X=1&[redacted]"],
  ['{"url":"https://h/f?id=5\\u0026sig=abc"}', '{"url":"https://h/f?[redacted]"}'],
  ["<a href='https://h/f?id=5&amp;sig=abc'>", "<a href='https://h/f?id=5&[redacted]'>"],
  ["mail to user@example.org & others", "mail to user@example.org & others"],
  ["it requires basic authentication", "it requires basic authentication"],
  ["the token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ3In0.c2ln is over", "the token [redacted] is over"],
])("in a text, %s becomes %s", (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});

test("signatures, which are renewed, are told from other secrets", () => {
  const kinds = (address: string) => [...secretsOf(address)];
  expect(kinds("https://h/f?X-Amz-Signature=a&X-Amz-Date=1")).toEqual(["signature"]);
  expect(kinds("https://h/f?sig=a&se=1")).toEqual(["signature"]);
  expect(kinds("https://h/f?token=a")).toEqual(["secret"]);
  expect(kinds("https://user:password@h/f?Signature=a").sort()).toEqual(["secret", "signature"]);
});

test("a long text takes no longer than its length, whatever it repeats", () => {
  for (const part of [
    "://",
    "a:",
    "?",
    "&a=",
    "https:",
    "@",
    ";a",
    "%3F",
    "token=",
    "://@:",
    "][",
  ]) {
    const text = part.repeat(200_000);
    const started = performance.now();
    withoutSecrets(text);
    shownAddress(`https://host/${text}`);
    shownAddress(`https://${text}@`);
    expect(performance.now() - started, part).toBeLessThan(4_000);
  }
});
