import { expect, test } from "vitest";
import { type Failure, nextTry, passes, retryAfterSeconds } from "../../src/notices/outcome.ts";
import { isSlackHook } from "../../src/notices/slack.ts";
import type { NoticeKind } from "../../src/notices/state.ts";

const created = new Date("2026-01-01T00:00:00Z");
const later: Failure = { problem: "p", again: "later" };

/** Seconds until each next try, when every try ends like this. */
function waits(kind: NoticeKind, failure: Failure, random = 0.5): number[] {
  const found: number[] = [];
  let now = created;
  for (let tries = 1; ; tries++) {
    const next = nextTry({ kind, tries, createdAt: created }, failure, now, random);
    if (next === undefined) return found;
    found.push(Math.round((next.getTime() - now.getTime()) / 1_000));
    now = next;
  }
}

test("a mail is tried 24 times in some days, first after a minute, then ever later", () => {
  const found = waits("welcome", later);
  expect(found).toHaveLength(23);
  expect(found.slice(0, 4)).toEqual([60, 120, 240, 480]);
  expect(Math.max(...found)).toBe(6 * 3_600);
  const days = found.reduce((sum, seconds) => sum + seconds, 0) / 86_400;
  expect(days).toBeGreaterThan(3);
  expect(days).toBeLessThan(5);
});

test("messages that failed together are not tried together", () => {
  expect(waits("done", later, 0)[0]).toBe(48);
  expect(waits("done", later, 1)[0]).toBe(72);
});

test("an answer to Slack is tried five times, and not when Slack takes none any more", () => {
  expect(waits("answer", later)).toEqual([5, 10, 20, 40]);
  expect(waits("answer", { ...later, afterSeconds: 3_600 })).toEqual([]);
  const old = new Date(created.getTime() + 1_799_000);
  const tried = { kind: "answer", tries: 1, createdAt: created } as const;
  expect(nextTry(tried, later, old, 0.5)).toBeUndefined();
});

test("the time that the other service asks for is waited, up to a day", () => {
  expect(waits("signup", { ...later, afterSeconds: 100 })[0]).toBe(100);
  expect(waits("signup", { ...later, afterSeconds: 1 })[0]).toBe(60);
  expect(waits("signup", { ...later, afterSeconds: 1e9 })[0]).toBe(86_400);
});

test("what cannot pass is not tried again, and what hardly can, once", () => {
  expect(waits("welcome", { problem: "p", again: "never" })).toEqual([]);
  expect(waits("welcome", { problem: "p", again: "once" })).toEqual([60]);
});

test.each([
  [null, undefined],
  ["7", 7],
  ["0", 0],
  ["Thu, 01 Jan 2026 00:01:00 GMT", 60],
  ["Wed, 31 Dec 2025 23:00:00 GMT", 0],
  ["soon", undefined],
])("Retry-After: %j is %j seconds", (header, seconds) => {
  expect(retryAfterSeconds(header, created)).toBe(seconds);
});

test("statuses that another try may change", () => {
  expect([400, 401, 403, 404, 410, 302, 408, 429, 500, 503].filter(passes)).toEqual([
    408, 429, 500, 503,
  ]);
});

test.each([
  ["https://hooks.slack.com/actions/T1/2/x", true],
  ["https://HOOKS.slack.com/actions/T1/2/x", true],
  ["http://hooks.slack.com/actions/T1/2/x", false],
  ["https://hooks.slack.com:8443/actions", false],
  ["https://hooks.slack.com.example.org/actions", false],
  ["https://example.org/hooks.slack.com", false],
  ["https://hooks.slack.com@example.org/", false],
  ["https://user@hooks.slack.com/", false],
  ["https://hooks.slack.com\\@example.org/", true],
  ["https://169.254.169.254/latest", false],
  ["http://127.0.0.1:9/r", false],
  ["file:///etc/passwd", false],
  ["//hooks.slack.com/x", false],
  ["", false],
])("%s is an address of Slack's hooks: %s", (address, isHook) => {
  expect(isSlackHook(address)).toBe(isHook);
});
