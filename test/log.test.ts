import { expect, test } from "vitest";
import { loggerTo, readableEnd } from "../src/log.ts";

const lines: string[] = [];
const log = loggerTo({ write: (line) => lines.push(line) });

test.each([
  { headers: { authorization: "Bearer hunter2" } },
  { request: { headers: { authorization: "Bearer hunter2" } } },
  { token: "hunter2" },
  { url: "http://127.0.0.1:5000/objects/one?expires=9&signature=hunter2" },
  { url: "https://s3.example.org/bucket/one?X-Amz-Signature=hunter2&X-Amz-Credential=hunter2" },
  { url: "http://127.0.0.1:5000/servicex/internal/w/hunter2/transformation/1" },
  { url: "https://hooks.slack.com/services/T1/B1/hunter2" },
  { err: new Error("posting to https://hooks.slack.com/actions/T1/2/hunter2 failed") },
  { err: new Error("connecting to postgresql://longshore:hunter2@127.0.0.1/longshore failed") },
])("no secret is logged: %j", (fields) => {
  log.info(fields, "something happened");
  expect(lines.at(-1)).toContain("something happened");
  expect(lines.at(-1)).toMatch(/\*\*\*|\[redacted\]/);
  expect(lines.at(-1)).not.toContain("hunter2");
});

test.each([
  ["Authorization: Bearer hunter2", "Authorization: Bearer ***"],
  ['{"token":"hunter2","level":30}', '{"token":"***","level":30}'],
  ["connect postgresql://longshore:hunter2@host/db", "connect postgresql://[redacted]@host/db"],
  ["SECRET_KEY=hunter2 is too short", "SECRET_KEY=*** is too short"],
  ['{"level":50,"msg":"it ends","err":{"message":"no disk"}}', "it ends: no disk"],
  ["\u001b[31mred\u001b[0m\u0000\r\n\n  last", "red\ufffd\nlast"],
  ["a longer line than is kept of it: thirty-nine characters", "…thirty-nine characters"],
  ["", ""],
])("%j is shown to people as %j", (output, shown) => {
  expect(readableEnd(output, shown.startsWith("…") ? shown.length : 100)).toBe(shown);
});
