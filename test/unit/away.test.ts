import { expect, test } from "vitest";
import { codeOf, isAway, isBadData, toUnavailable } from "../../src/db/away.ts";
import { UnavailableError } from "../../src/errors.ts";
import { retryWhileAway } from "../../src/requests/reports/retry-while-away.ts";

const failure = (code: string | undefined, message = "no") =>
  Object.assign(new Error(message), code && { code });

test.each([
  ["a lost connection", "08006"],
  ["a read-only transaction", "25006"],
  ["a transaction that was idle for too long", "25P03"],
  ["a serialization failure, or a conflict with recovery", "40001"],
  ["a deadlock", "40P01"],
  ["a full disk", "53100"],
  ["no memory", "53200"],
  ["too many connections", "53300"],
  ["a limit of the configuration", "53400"],
  ["a lock time-out", "55P03"],
  ["a canceled statement", "57014"],
  ["a shutdown by an administrator", "57P01"],
  ["a server that starts", "57P03"],
  ["an input or output error", "58030"],
  ["a refused connection", "ECONNREFUSED"],
  ["a host that does not answer", "EHOSTUNREACH"],
])("%s (%s) is the database's trouble, with a sentence for the caller", (_, code) => {
  const error = failure(code);
  expect([isAway(error), isBadData(error)]).toEqual([true, false]);
  const shown = toUnavailable(error) as UnavailableError;
  expect(shown).toBeInstanceOf(UnavailableError);
  expect(shown.message).toMatch(/^The database('s)? .+\.$/);
  expect(codeOf(shown)).toBe(code);
});

test.each([
  "Query read timeout",
  "Connection terminated due to connection timeout",
  "timeout exceeded when trying to connect",
  "Cannot use a pool after calling end on the pool",
])("so is the driver's %j, which has no code", (message) => {
  expect(isAway(failure(undefined, message))).toBe(true);
});

test("a server near wraparound is in trouble, though its code is that of large values", () => {
  const message = "database is not accepting commands to avoid wraparound data loss";
  expect(isAway(failure("54000", message))).toBe(true);
  expect(isBadData(failure("54000", message))).toBe(false);
  expect(isBadData(failure("54000", "index row size 2712 exceeds maximum"))).toBe(true);
});

test.each(["22003", "22P05", "23505", "54001"])("%s is of the data", (code) => {
  expect([isAway(failure(code)), isBadData(failure(code))]).toEqual([false, true]);
});

test.each(["42501", "42P01", "XX000", undefined])("%s is neither", (code) => {
  expect([isAway(failure(code)), isBadData(failure(code))]).toEqual([false, false]);
});

test("what stays away ends in a sentence that says what the trouble is", async () => {
  let tries = 0;
  const result = retryWhileAway(1, async () => {
    tries++;
    throw failure("53100");
  });
  await expect(result).rejects.toThrow(
    "The database's disk is full. The reports were not recorded; send them again.",
  );
  await expect(result).rejects.toBeInstanceOf(UnavailableError);
  expect(tries).toBeGreaterThan(1);
});

test("what comes back is done, and what is not the database's trouble is not tried again", async () => {
  let tries = 0;
  const work = async () => {
    if (++tries < 3) throw failure("25006");
    return "recorded";
  };
  expect(await retryWhileAway(30, work)).toBe("recorded");
  await expect(retryWhileAway(30, () => Promise.reject(failure("23505")))).rejects.toThrow("no");
});
