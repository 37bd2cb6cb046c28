import { createHash, randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../src/storage/contract.ts";

export interface StoreUnderTest {
  store: Store;
  close(): Promise<void>;
  /** bytes of the longest name that is tried; where a prefix takes some of S3's 1,024 it is less */
  longestName?: number;
}

const awkward = [
  "a b.parquet",
  "ä,ö;ü'\"&<>+%20=?#.csv",
  "日本語🚢.json",
  "root:::host::path:x.root",
  "%2e%2e",
  ".hidden",
  ".meta",
  "a/b/c",
  "a..b",
  "~tilde",
  "-",
  "back\\slash",
];

/**
 * What every store does, whatever is behind it. Our own endpoint, as a store, replaces nothing at
 * all.
 */
export function storeSuite(open: () => Promise<StoreUnderTest>, { replaces = true } = {}): void {
  let under: StoreUnderTest;
  let store: Store;

  beforeAll(async () => {
    under = await open();
    store = under.store;
  });
  afterAll(() => under?.close());

  test("an object is read back as it was put, with its size and SHA-256", async () => {
    const [bucket, content] = [randomUUID(), randomBytes(100_000)];
    const put = await store.put(
      bucket,
      "one.bin",
      Readable.from([content.subarray(0, 7), content.subarray(7)]),
    );
    expect(put).toMatchObject({ size: 100_000, checksum: sha256(content) });
    expect((await read(bucket, "one.bin"))?.equals(content)).toBe(true);
    expect(await store.head(bucket, "one.bin")).toMatchObject({
      bucket,
      name: "one.bin",
      size: 100_000,
      checksum: put.checksum,
    });
    expect((await store.head(bucket, "one.bin"))?.modifiedAt.getTime()).toBeGreaterThan(
      Date.now() - 60_000,
    );
  });

  test("an empty object is an object", async () => {
    const bucket = randomUUID();
    expect(await store.put(bucket, "empty", Buffer.alloc(0))).toMatchObject({
      size: 0,
      checksum: sha256(Buffer.alloc(0)),
    });
    expect(await read(bucket, "empty")).toEqual(Buffer.alloc(0));
    expect(await store.head(bucket, "empty")).toMatchObject({ size: 0 });
  });

  test("a large object keeps every byte", async () => {
    const [bucket, block] = [randomUUID(), randomBytes(1 << 20)];
    const put = await store.put(
      bucket,
      "large",
      Readable.from(Array.from({ length: 20 }, () => block)),
      { size: 20 << 20 },
    );
    expect(put.size).toBe(20 << 20);
    expect([put.checksum, undefined]).toContain((await store.head(bucket, "large"))?.checksum);
    const hash = createHash("sha256");
    const got = await store.get(bucket, "large");
    for await (const chunk of got?.body ?? []) hash.update(chunk as Buffer);
    expect(hash.digest("hex")).toBe(put.checksum);
  });

  test("a range is inclusive, and one outside of the object is refused", async () => {
    const bucket = randomUUID();
    await store.put(bucket, "digits", Buffer.from("0123456789"));
    const part = await store.get(bucket, "digits", { start: 2, end: 4 });
    expect(part?.object.size).toBe(10);
    expect((await buffer(part?.body ?? Readable.from([]))).toString()).toBe("234");
    const rest = await store.get(bucket, "digits", { start: 7 });
    expect((await buffer(rest?.body ?? Readable.from([]))).toString()).toBe("789");
    await expect(store.get(bucket, "digits", { start: 10 })).rejects.toMatchObject({ status: 416 });
  });

  test("what is not there is undefined, empty, and may be removed", async () => {
    const bucket = randomUUID();
    expect(await store.head(bucket, "nothing")).toBeUndefined();
    expect(await store.get(bucket, "nothing")).toBeUndefined();
    expect(await store.list(bucket)).toEqual([]);
    await store.remove(bucket, ["nothing"]);
    await store.removeBucket(bucket);
  });

  test("a bucket is made before its first object, once or twice, and is empty", async () => {
    const bucket = randomUUID();
    await store.makeBucket(bucket);
    await store.makeBucket(bucket);
    expect(await store.list(bucket)).toEqual([]);
    await store.put(bucket, "x", Buffer.from("1"));
    expect(await store.list(bucket)).toHaveLength(1);
    await store.removeBucket(bucket);
    await store.makeBucket(bucket);
    expect(await store.list(bucket)).toEqual([]);
    await expect(store.makeBucket("../up")).rejects.toMatchObject({ status: 400 });
    await store.removeBucket(bucket);
  });

  test("the same content again is fine, other content is refused and changes nothing", async () => {
    const bucket = randomUUID();
    const first = await store.put(bucket, "x", Buffer.from("old"));
    const { modifiedAt } = (await store.head(bucket, "x")) ?? {};
    expect(await store.put(bucket, "x", Buffer.from("old"))).toEqual(first);
    for (const body of ["new", "longer", ""])
      await expect(store.put(bucket, "x", Buffer.from(body))).rejects.toMatchObject({
        status: 409,
        code: "object_exists",
      });
    expect((await read(bucket, "x"))?.toString()).toBe("old");
    expect(await store.head(bucket, "x")).toMatchObject({
      size: 3,
      checksum: first.checksum,
      modifiedAt,
    });
    expect(await store.list(bucket)).toHaveLength(1);
  });

  test("a name may be refused even to the same content", async () => {
    const bucket = randomUUID();
    const put = () => store.put(bucket, "x", Buffer.from("old"), { existing: "refuse" });
    await put();
    await expect(put()).rejects.toMatchObject({ status: 409 });
  });

  test.runIf(replaces)("an object is replaced where that is asked for", async () => {
    const bucket = randomUUID();
    await store.put(bucket, "x", Buffer.from("old"));
    const { checksum } = await store.put(bucket, "x", Buffer.from("new"), { existing: "replace" });
    expect((await read(bucket, "x"))?.toString()).toBe("new");
    expect(await store.head(bucket, "x")).toMatchObject({ size: 3, checksum });
  });

  test("a large object of several parts is not replaced either", async () => {
    const [bucket, one, other] = [randomUUID(), randomBytes(9 << 20), randomBytes(9 << 20)];
    const { checksum } = await store.put(bucket, "x", one);
    expect((await store.put(bucket, "x", one)).checksum).toBe(checksum);
    await expect(store.put(bucket, "x", other)).rejects.toMatchObject({ status: 409 });
    expect((await read(bucket, "x"))?.equals(one)).toBe(true);
  });

  test("a name can be used again after its object was removed", async () => {
    const bucket = randomUUID();
    await store.put(bucket, "x", Buffer.from("old"));
    await store.remove(bucket, ["x"]);
    const { checksum } = await store.put(bucket, "x", Buffer.from("new"));
    expect(await store.head(bucket, "x")).toMatchObject({ size: 3, checksum });
  });

  test("what is not confirmed at its end is never seen", async () => {
    const bucket = randomUUID();
    const confirm = async () => {
      expect(await store.list(bucket)).toEqual([]);
      throw new Error("the request has ended");
    };
    for (const body of [Buffer.from("x"), Buffer.alloc(9 << 20)])
      await expect(store.put(bucket, "x", body, { confirm })).rejects.toThrow("has ended");
    expect(await store.list(bucket)).toEqual([]);
  });

  test.each(awkward)("the name %s comes back as it was", async (name) => {
    const bucket = randomUUID();
    await store.put(bucket, name, Buffer.from(name));
    expect((await read(bucket, name))?.toString()).toBe(name);
    expect((await store.list(bucket)).map((object) => object.name)).toEqual([name]);
    await store.remove(bucket, [name]);
    expect(await store.head(bucket, name)).toBeUndefined();
    expect(await store.list(bucket)).toEqual([]);
  });

  test("names as long as S3 takes them are kept apart and listed in full", async () => {
    const bucket = randomUUID();
    const stem = "ü".repeat(((under.longestName ?? 1024) - 2) / 2);
    for (const name of [`${stem}b`, `${stem}a`])
      await store.put(bucket, name, Buffer.from(name.slice(-1)));
    expect((await store.list(bucket)).map((object) => object.name)).toEqual([
      `${stem}a`,
      `${stem}b`,
    ]);
    expect((await read(bucket, `${stem}b`))?.toString()).toBe("b");
  });

  test.each([
    "",
    "..",
    "../x",
    "a/../b",
    "a//b",
    "/a",
    "a/",
    "a/./b",
    "nul\0",
    "x".repeat(1025),
    "\ud800",
  ])("the name %j is refused", async (name) => {
    await expect(store.put(randomUUID(), name, Buffer.from("x"))).rejects.toMatchObject({
      status: 400,
    });
    await expect(store.head(randomUUID(), name)).rejects.toMatchObject({ status: 400 });
  });

  test.each(["", "..", ".tmp", "a/b", "a..b", "x".repeat(64), "ü"])(
    "the bucket %j is refused",
    async (bucket) => {
      await expect(store.put(bucket, "x", Buffer.from("x"))).rejects.toMatchObject({ status: 400 });
      await expect(store.list(bucket)).rejects.toMatchObject({ status: 400 });
      await expect(store.removeBucket(bucket)).rejects.toMatchObject({ status: 400 });
    },
  );

  test("a listing is in order of UTF-8 bytes, by prefix, in pages that meet without gap", async () => {
    const bucket = randomUUID();
    const names = [
      "b",
      "a",
      "a b",
      "a-b",
      "a/b",
      "ab",
      "Z",
      "é",
      "\uffee",
      "🚢",
      "p/1",
      "p/2",
      "p/10",
      "%",
    ];
    await Promise.all(names.map((name) => store.put(bucket, name, Buffer.from(name))));
    const sorted = names.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));
    expect(namesOf(await store.list(bucket))).toEqual(sorted);
    expect(namesOf(await store.list(bucket, { prefix: "p/" }))).toEqual(["p/1", "p/10", "p/2"]);
    expect(namesOf(await store.list(bucket, { prefix: "p/", after: "p/1", limit: 1 }))).toEqual([
      "p/10",
    ]);
    expect(namesOf(await store.list(bucket, { after: "\uffee" }))).toEqual(["🚢"]);
    expect(await store.list(bucket, { limit: 0 })).toEqual([]);
    const paged: string[] = [];
    for (
      let page = await store.list(bucket, { limit: 3 });
      page.length > 0;
      page = await store.list(bucket, { limit: 3, after: paged.at(-1) ?? "" })
    ) {
      paged.push(...namesOf(page));
    }
    expect(paged).toEqual(sorted);
    expect((await store.list(bucket, { limit: 1 }))[0]).toMatchObject({
      bucket,
      name: "%",
      size: 1,
    });
  });

  test("more than one page of S3 is listed whole", async () => {
    const bucket = randomUUID();
    const names = Array.from({ length: 1_050 }, (_, at) => String(at).padStart(5, "0"));
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(
        names.slice(at, at + 50).map((name) => store.put(bucket, name, Buffer.from("x"))),
      );
    expect(namesOf(await store.list(bucket))).toEqual(names);
    expect(await store.list(bucket, { limit: 1_010 })).toHaveLength(1_010);
    await store.removeBucket(bucket);
    expect(await store.list(bucket)).toEqual([]);
  });

  test("too large a body is refused and leaves nothing", async () => {
    const bucket = randomUUID();
    await expect(
      store.put(bucket, "big", Readable.from([Buffer.alloc(10), Buffer.alloc(10)]), { limit: 15 }),
    ).rejects.toMatchObject({
      status: 413,
    });
    await expect(
      store.put(bucket, "big", Buffer.alloc(10), { size: 20, limit: 15 }),
    ).rejects.toMatchObject({ status: 413 });
    expect(await store.head(bucket, "big")).toBeUndefined();
    expect(await store.list(bucket)).toEqual([]);
  });

  test("a body shorter or longer than announced is refused and leaves what was there", async () => {
    const bucket = randomUUID();
    await store.put(bucket, "x", Buffer.from("good"));
    await expect(store.put(bucket, "x", Buffer.from("abc"), { size: 4 })).rejects.toMatchObject({
      status: 400,
    });
    await expect(store.put(bucket, "x", Buffer.from("abcde"), { size: 4 })).rejects.toMatchObject({
      status: 400,
    });
    expect((await read(bucket, "x"))?.toString()).toBe("good");
  });

  test("a body that breaks off leaves what was there", async () => {
    const bucket = randomUUID();
    await store.put(bucket, "x", Buffer.from("good"));
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from("half");
        throw new Error("the sender broke off");
      })(),
    );
    await expect(store.put(bucket, "x", broken)).rejects.toThrow("the sender broke off");
    expect((await read(bucket, "x"))?.toString()).toBe("good");
    expect(await store.list(bucket)).toHaveLength(1);
  });

  test("removing a bucket deletes its objects, and the bucket can be used again", async () => {
    const [bucket, other] = [randomUUID(), randomUUID()];
    for (const name of ["a", "b/c"]) await store.put(bucket, name, Buffer.from(name));
    await store.put(other, "kept", Buffer.from("kept"));
    expect(await store.buckets()).toEqual(expect.arrayContaining([bucket, other]));
    await store.removeBucket(bucket);
    expect(await store.list(bucket)).toEqual([]);
    expect(await store.buckets()).not.toContain(bucket);
    expect(namesOf(await store.list(other))).toEqual(["kept"]);
    await store.put(bucket, "again", Buffer.from("again"));
    expect(namesOf(await store.list(bucket))).toEqual(["again"]);
  });

  test("of fifty uploads of one name at once exactly one wins, and no other changes it", async () => {
    const bucket = randomUUID();
    const bodies = Array.from({ length: 50 }, (_, at) => Buffer.alloc(20_000, at));
    const ends = await Promise.allSettled(bodies.map((body) => store.put(bucket, "same", body)));
    const winners = ends.flatMap((end, at) => (end.status === "fulfilled" ? [at] : []));
    expect(winners).toHaveLength(1);
    for (const end of ends)
      if (end.status === "rejected") expect(end.reason).toMatchObject({ status: 409 });
    const winner = bodies[winners[0] ?? 0] ?? Buffer.alloc(0);
    expect((await read(bucket, "same"))?.equals(winner)).toBe(true);
    expect(await store.head(bucket, "same")).toMatchObject({
      size: 20_000,
      checksum: sha256(winner),
    });
    expect(await store.list(bucket)).toHaveLength(1);
  });

  test.runIf(replaces)(
    "an object that was replaced is not read as the one that was asked for",
    async () => {
      const bucket = randomUUID();
      const { etag } = await store.put(bucket, "x", Buffer.from("old"));
      expect((await store.head(bucket, "x"))?.etag).toBe(etag);
      if (etag === undefined) return;
      const got = await store.get(bucket, "x", undefined, etag);
      expect(got && (await buffer(got.body)).toString()).toBe("old");
      await store.put(bucket, "x", Buffer.from("new"), { existing: "replace" });
      await expect(store.get(bucket, "x", undefined, etag)).rejects.toMatchObject({ status: 409 });
    },
  );

  test("a usable store passes its check", async () => {
    await store.check();
  });

  test("signed URLs put and get without any credentials", async () => {
    const [bucket, name, content] = [randomUUID(), "ä b/c+d%.bin", randomBytes(5_000)];
    const put = await fetch(await store.signedUrl("PUT", bucket, name, 60, "internal"), {
      method: "PUT",
      body: content,
    });
    expect(put.status).toBe(200);
    const get = await fetch(await store.signedUrl("GET", bucket, name, 60, "public"));
    expect(get.status).toBe(200);
    expect(get.headers.get("content-disposition")).toBe("attachment; filename=c+d%.bin");
    expect(content.equals(Buffer.from(await get.arrayBuffer()))).toBe(true);
    const other = (await store.signedUrl("GET", bucket, name, 60, "public")).replace(
      bucket,
      randomUUID(),
    );
    expect((await fetch(other)).status).toBe(403);
  });

  async function read(bucket: string, name: string): Promise<Buffer | undefined> {
    const got = await store.get(bucket, name);
    return got && buffer(got.body);
  }
}

function namesOf(objects: { name: string }[]): string[] {
  return objects.map(({ name }) => name);
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
