import { expect, test } from "vitest";
import { makeTurns } from "../../src/turns.ts";

function work() {
  const doors: (() => void)[] = [];
  const order: string[] = [];
  const perform = (name: string) => async () => {
    order.push(name);
    await new Promise<void>((resolve) => doors.push(resolve));
    return name;
  };
  const endNext = async () => {
    doors.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { order, perform, endNext };
}

test("owners take turns, however many calls one of them has", async () => {
  const turns = makeTurns({ slots: 1, mostWaiting: 10, mostSeconds: 600 });
  const { order, perform, endNext } = work();
  const calls = ["eve", "eve", "eve", "eve", "bob", "bob"].map((owner, at) =>
    turns.take({ owner }, perform(`${owner} ${at}`)),
  );
  for (const _ of calls) await endNext();
  expect(await Promise.all(calls)).toHaveLength(6);
  expect(order).toEqual(["eve 0", "eve 1", "bob 4", "eve 2", "bob 5", "eve 3"]);
});

test("a caller who has left is given up, and one call too many of an owner is not served", async () => {
  const turns = makeTurns({ slots: 1, mostWaiting: 1, mostSeconds: 600 });
  const { order, perform, endNext } = work();
  const gone = new AbortController();
  const first = turns.take({ owner: "eve" }, perform("first"));
  const left = turns.take({ owner: "eve", signal: gone.signal }, perform("left"));
  expect(await turns.take({ owner: "eve" }, perform("too many"))).toBeUndefined();
  gone.abort();
  expect(await left).toBeUndefined();
  const last = turns.take({ owner: "eve" }, perform("last"));
  await endNext();
  await endNext();
  expect([await first, await last]).toEqual(["first", "last"]);
  expect(order).toEqual(["first", "last"]);
});

test("who waits for too long is not served", async () => {
  const turns = makeTurns({ slots: 1, mostWaiting: 9, mostSeconds: 0 });
  const { perform, endNext } = work();
  const first = turns.take({ owner: "eve" }, perform("first"));
  expect(await turns.take({ owner: "bob" }, perform("second"))).toBeUndefined();
  await endNext();
  expect(await first).toBe("first");
});
