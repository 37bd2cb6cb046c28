import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Caller, local } from "../../src/auth/caller.ts";
import { makeRates } from "../../src/auth/rates.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const rates = () => makeRates({ user: 3, address: 2 });
const ann: Caller = { kind: "user", owner: "ann" };
const anonymous: Caller = { kind: "anonymous" };
const from = (address: string) => () => address;
const refusal = { status: 429, code: "too_many_calls" };

test("a person makes so many calls a minute, from whatever address", async () => {
  const { take } = rates();
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
    await take(ann, "request.read", from(address));
  await expect(take(ann, "request.read", from("192.0.2.4"))).rejects.toMatchObject({
    ...refusal,
    retryAfterSeconds: 60,
    message:
      "At most 3 calls a minute are taken from one person (RATE_USER); the next is taken in " +
      "60 seconds.",
  });
  await take({ kind: "user", owner: "bob" }, "request.read", from("192.0.2.1"));
  vi.advanceTimersByTime(45_500);
  await expect(take(ann, "request.read", from("x"))).rejects.toMatchObject({
    retryAfterSeconds: 15,
  });
  vi.advanceTimersByTime(15_000);
  await take(ann, "request.read", from("192.0.2.1"));
});

test("an administrator and whoever waits for approval are counted as people", async () => {
  const { take } = rates();
  const admin: Caller = { kind: "admin", owner: "ann" };
  const waiting: Caller = { kind: "unapproved", owner: "ann", state: "pending", by: "token" };
  for (const caller of [ann, admin, waiting]) await take(caller, "request.read", from("x"));
  for (const caller of [ann, admin, waiting])
    await expect(take(caller, "request.read", from("x"))).rejects.toMatchObject(refusal);
});

test("callers without a name, and refused credentials, are counted by their address", async () => {
  const { take, failed } = rates();
  await take(anonymous, "service.read", from("192.0.2.1"));
  await failed(from("192.0.2.1"));
  await expect(failed(from("192.0.2.1"))).rejects.toMatchObject({
    ...refusal,
    message: expect.stringContaining("2 calls a minute are taken from one address (RATE_ADDRESS)"),
  });
  await expect(take(anonymous, "service.read", from("::ffff:192.0.2.1"))).rejects.toMatchObject(
    refusal,
  );
  await take(anonymous, "service.read", from("192.0.2.2"));
  await take(ann, "service.read", from("192.0.2.1"));
});

test("callers without a name at a façade are counted by their address, and together", async () => {
  const { take } = makeRates({ user: 0, address: 4 });
  const some: Caller = { ...anonymous, owner: "x", facade: "servicex", callsAMinute: 3 };
  for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
    await take(some, "request.read", from(address));
  await expect(take(some, "request.read", from("192.0.2.4"))).rejects.toMatchObject({
    ...refusal,
    retryAfterSeconds: 60,
    message:
      "At most 3 calls a minute are taken from all callers of servicex without a name " +
      "together; the next is taken in 60 seconds.",
  });
  const more: Caller = { ...some, callsAMinute: 100 };
  for (const _ of [1, 2, 3]) await take(more, "request.read", from("192.0.2.1"));
  await expect(take(more, "request.read", from("192.0.2.1"))).rejects.toMatchObject({
    message: expect.stringContaining("4 calls a minute are taken from one address"),
  });
  vi.advanceTimersByTime(61_000);
  await take(some, "request.read", from("192.0.2.1"));
});

test("one network of IPv6 is one address", async () => {
  const { take } = rates();
  await take(anonymous, "service.read", from("2001:db8:1:2::1"));
  await take(anonymous, "service.read", from("2001:db8:1:2:ffff::9"));
  await expect(take(anonymous, "service.read", from("2001:db8:1:2::3"))).rejects.toMatchObject(
    refusal,
  );
  await take(anonymous, "service.read", from("2001:db8:1:3::1"));
});

test("workers, the service's own user and questions of health are not counted", async () => {
  const { take } = rates();
  const worker: Caller = { kind: "worker", scope: {} };
  for (let call = 0; call < 10; call++) {
    await take(worker, "work", from("x"));
    await take({ kind: "internal" }, "lookup.report", from("x"));
    await take(local, "request.read", from("x"));
    await take(anonymous, "service.health", from("x"));
  }
});

test("0, and identity off, count nothing", async () => {
  for (const { take, failed } of [makeRates({ user: 0, address: 0 }), makeRates(undefined)])
    for (let call = 0; call < 10; call++) {
      await take(ann, "request.read", from("x"));
      await failed(from("x"));
    }
});
