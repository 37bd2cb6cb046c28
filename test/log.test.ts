import { expect, test } from "vitest";
import { loggerTo } from "../src/log.ts";

const lines: string[] = [];
const log = loggerTo({ write: (line) => lines.push(line) });

test.each([
  { headers: { authorization: "Bearer hunter2" } },
  { request: { headers: { authorization: "Bearer hunter2" } } },
  { token: "hunter2" },
  { url: "http://127.0.0.1:5000/objects/one?expires=9&signature=hunter2" },
  { url: "https://s3.example.org/bucket/one?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2" },
  { url: "http://127.0.0.1:5000/servicex/internal/w/hunter2/transformation/1" },
  { err: new Error("connecting to postgresql://longshore:hunter2@127.0.0.1/longshore failed") },
])("no secret is logged: %j", (fields) => {
  log.info(fields, "something happened");
  expect(lines.at(-1)).toContain("something happened");
  expect(lines.at(-1)).toContain("***");
  expect(lines.at(-1)).not.toContain("hunter2");
});
