import { expect, test } from "vitest";
import { identityOf, join, keyedDigest, separate } from "../../src/addresses/sealed.ts";

const older = Buffer.from("the older key");
const newer = Buffer.from("the newer key");
const signed = "https://host/f?X-Amz-Signature=hunter2";

test("addresses without secrets are kept as they are, and nothing is encrypted", () => {
  const plain = ["/data/f", "https://host/f?id=1"];
  expect(separate([newer], plain)).toEqual({ shown: plain, sealed: null });
  expect(join([newer], plain, [null, null])).toEqual(plain);
});

test("what was sealed with any key of the list is joined again, by no other key", () => {
  const { shown, sealed } = separate([older], ["/data/f", signed]);
  expect(shown).toEqual(["/data/f", "https://host/f?[redacted]"]);
  expect(sealed?.includes("hunter2")).toBe(false);
  expect(join([newer, older], shown, [sealed])).toEqual(["/data/f", signed]);
  expect(join([newer], shown, [sealed])).toEqual(shown);
});

test("a sealed text that was changed anywhere opens nothing", () => {
  const { shown, sealed } = separate([newer], [signed]);
  for (let at = 0; at < (sealed?.length ?? 0); at++) {
    const changed = Buffer.from(sealed ?? []);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(join([newer], shown, [changed])).toEqual(shown);
  }
  for (const length of [0, 1, 20, 30])
    expect(join([newer], shown, [sealed?.subarray(0, length) ?? null])).toEqual(shown);
});

test("the same secret never gives the same bytes", () => {
  const [first, second] = [separate([newer], [signed]), separate([newer], [signed])];
  expect(first.sealed?.equals(second.sealed ?? Buffer.of())).toBe(false);
});

test("replicas that differ in their secrets alone get their own back, in order", () => {
  const replicas = ["https://h/f?token=1", "/data/f", "https://h/f?token=2"];
  const { shown, sealed } = separate([newer], replicas);
  expect(join([newer], shown, [sealed])).toEqual(replicas);
  expect(join([newer], ["https://elsewhere/f?[redacted]"], [sealed])).toEqual([
    "https://elsewhere/f?[redacted]",
  ]);
});

test("a new signature is the same file, another token is another", () => {
  const of = (address: string) => identityOf([newer, older], address);
  expect(of("https://h/f?Signature=1&Expires=1")).toBe(of("https://h/f?Signature=2&Expires=2"));
  expect(of("https://h/f?token=1")).not.toBe(of("https://h/f?token=2"));
  expect(of("https://h/f?token=1")).toBe(of("https://h/f?token=1"));
  expect(of("https://h/f?id=1")).toBe("https://h/f?id=1");
  expect(identityOf([older], "https://h/f?token=1")).not.toBe(of("https://h/f?token=1"));
});

test("a keyed digest depends on the key and the text", () => {
  expect(keyedDigest(newer, "text")).toBe(keyedDigest(Buffer.from(newer), "text"));
  expect(keyedDigest(newer, "text")).not.toBe(keyedDigest(older, "text"));
  expect(keyedDigest(newer, "text")).not.toBe(keyedDigest(newer, "texts"));
});
