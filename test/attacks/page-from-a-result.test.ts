// A result is a page with a script: a colleague opens the link and the script runs in the name of
// the service.
import { createHmac } from "node:crypto";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../support/service.ts";
import {
  claimTask,
  keysOf,
  put,
  reportSuccess,
  resultsOf,
  s3ClientOf,
  type Task,
} from "./uploads.ts";

const page = "<!doctype html><script>fetch('/v1/requests')</script>";
let service: Service;
let task: Task;

beforeAll(async () => {
  service = await startService({ RUNNER: "external" });
  task = await claimTask(service, ["root://host//a.csv", "root://host//b.csv"]);
  await put(task.upload.url, page);
  await reportSuccess(service, task, { size: page.length });
});
afterAll(() => service.remove());

interface Overrides {
  ResponseContentType?: string;
  ResponseContentDisposition?: string;
}

const presigned = (overrides: Overrides = {}) =>
  getSignedUrl(
    s3ClientOf(service, task.request, "read"),
    new GetObjectCommand({ Bucket: task.request, Key: task.upload.name, ...overrides }),
  );

/** As boto3 signs by default. */
function presignedV2(expires: number, query: Record<string, string> = {}): string {
  const { accessKey, secretKey } = keysOf(service, task.request, "read");
  const path = `/${task.request}/${task.upload.name}`;
  const signed = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const resource = signed.length > 0 ? `${path}?${signed.sort().join("&")}` : path;
  const signature = createHmac("sha1", secretKey)
    .update(`GET\n\n\n${expires}\n${resource}`)
    .digest("base64");
  const parameters = new URLSearchParams({
    ...query,
    AWSAccessKeyId: accessKey,
    Expires: String(expires),
    Signature: signature,
  });
  return `${service.s3Url}${path}?${parameters}`;
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

async function expectHarmless(url: string): Promise<Headers> {
  const got = await fetch(url);
  expect([got.status, await got.text()]).toEqual([200, page]);
  expect(got.headers.get("x-content-type-options")).toBe("nosniff");
  expect(got.headers.get("content-security-policy")).toMatch(/^sandbox;/);
  expect(got.headers.get("content-disposition")).toMatch(/^attachment/);
  return got.headers;
}

describe("a link to a result is a file to save, and never a page", () => {
  test("of the API", async () => {
    const [result] = await resultsOf(service, task.request);
    await expectHarmless(result?.url ?? "");
    const asked = "response-content-type=text/html&response-content-disposition=inline";
    const hostile = `${result?.url}&${asked}`;
    expect((await expectHarmless(hostile)).get("content-type")).toBe("application/octet-stream");
  });

  test.each([
    "text/html",
    "TEXT/HTML; charset=utf-8",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "application/pdf",
    "text/javascript",
    "multipart/x-mixed-replace",
    "text/plain, text/html",
    "text/plain; charset=utf-8, text/html",
  ])("of the S3 endpoint, whose reader asks for %j", async (type) => {
    const inline = "inline; filename=page.html";
    await expectHarmless(await presigned({ ResponseContentType: type }));
    await expectHarmless(
      await presigned({ ResponseContentType: type, ResponseContentDisposition: inline }),
    );
    const query = { "response-content-disposition": inline, "response-content-type": type };
    await expectHarmless(presignedV2(inSeconds(60), query));
  });

  test("of the S3 endpoint, as it is, and with another name", async () => {
    await expectHarmless(await presigned());
    const disposition = "attachment; filename=mine.csv";
    const named = await expectHarmless(
      await presigned({ ResponseContentDisposition: disposition }),
    );
    expect(named.get("content-disposition")).toBe(disposition);
  });

  test("what no browser runs may be shown, without guesses", async () => {
    const url = await presigned({
      ResponseContentType: "text/plain; charset=utf-8",
      ResponseContentDisposition: "inline",
    });
    const got = await fetch(url);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": "inline",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringMatching(/^sandbox;/),
    });
  });

  test("an error is no page either", async () => {
    const got = await fetch(`${service.s3Url}/${task.request}/<script>`);
    expect([got.status, got.headers.get("x-content-type-options")]).toEqual([403, "nosniff"]);
    expect(got.headers.get("content-security-policy")).toMatch(/^sandbox;/);
  });
});

test("a link that is copied once does not work for ever, of either signature version", async () => {
  const year = 365 * 24 * 3600;
  for (const seconds of [60, year]) await expectHarmless(presignedV2(inSeconds(seconds)));
  for (const seconds of [2 * year, 100 * year])
    expect((await fetch(presignedV2(inSeconds(seconds)))).status).toBe(403);
  expect((await fetch(presignedV2(inSeconds(-1)))).status).toBe(403);
  const version4 = (await presigned()).replace(/X-Amz-Expires=\d+/, `X-Amz-Expires=${2 * year}`);
  expect((await fetch(version4)).status).toBe(400);
});
