import { expect, test } from "vitest";
import { fingerprintOf } from "../../src/requests/reports/fingerprint.ts";

test.each([
  ["No magic bytes in /data/2024/a.parquet", "No magic bytes in <path>"],
  ["cannot open ../in/x.root: no such file", "cannot open <path>: no such file"],
  ["run42.parquet has 17 rows, 12.5 MB", "<file> has <n> rows, <n> MB"],
  ["GET https://host.example:8443/a?b=c failed", "GET <url> failed"],
  ["root://xrootd.example//store/f.root timed out", "<url> timed out"],
  ["request 6F1A2B3C-0000-4000-8000-0123456789ab is over", "request <id> is over"],
  ["object 9f86d081884c7d659a2feaa0c55ad015 is missing", "object <id> is missing"],
  ["fault at 0xDEADbeef", "fault at <n>"],
  ["  two\n  lines\tof 3 ", "two lines of <n>"],
  ["", ""],
])("%j is grouped as %j", (message, group) => {
  expect(fingerprintOf("bad_input", message).groupMessage).toBe(group);
});

test("messages that differ in what a group leaves out have one fingerprint, of sixteen digits", () => {
  const [first, second] = ["/data/1.parquet took 3 s", "/data/2.parquet took 17.5 s"].map(
    (message) => fingerprintOf("timeout", message).fingerprint,
  );
  expect(first).toBe(second);
  expect(first).toMatch(/^[0-9a-f]{16}$/);
});

test("another class, or other words, are another group", () => {
  const seen = [
    fingerprintOf("timeout", "too slow"),
    fingerprintOf("bad_input", "too slow"),
    fingerprintOf("timeout", "much too slow"),
  ];
  expect(new Set(seen.map(({ fingerprint }) => fingerprint)).size).toBe(3);
});

test("the class is not a part of the message", () => {
  expect(fingerprintOf("a", "b\nc").fingerprint).not.toBe(fingerprintOf("a\nb", "c").fingerprint);
});

test("a message of a megabyte is grouped by its beginning, in 512 characters", () => {
  const long = `${"word ".repeat(200_000)}`;
  const { groupMessage } = fingerprintOf("internal", long);
  expect(groupMessage).toHaveLength(512);
  expect(fingerprintOf("internal", `${long} and more`).groupMessage).toBe(groupMessage);
});
