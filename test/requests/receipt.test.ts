import { createPrivateKey, hkdfSync, type KeyObject, sign } from "node:crypto";
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { canonicalJson } from "../../src/canonical-json.ts";
import type { Task } from "../../src/operations/contract.ts";
import { readReceipt, receiptKeys } from "../../src/receipts/issue.ts";
import { receiptKey, toJwk } from "../../src/receipts/key.ts";
import type { SignedReceipt } from "../../src/receipts/receipt.ts";
import { verifyReceipt } from "../../src/receipts/verify.ts";
import { deleteRequest } from "../../src/requests/lifecycle/delete.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { submit } from "../../src/requests/lifecycle/submit.ts";
import type { InputRead } from "../../src/requests/views.ts";
import { type Ledger, openLedger } from "../support/context.ts";
import { housekeep } from "../support/lead.ts";

let ledger: Ledger;
beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(() => ledger.close());

const transform = {
  operation: "transform",
  settings: { generator: "sql", selection: "select 1", format: "csv" },
};

async function submitted(files: number): Promise<string> {
  const dataset = {
    files: Array.from({ length: files }, (_, n) => [
      `/data/${n}, first.parquet`,
      `https://two.example/${n}`,
    ]),
  };
  return (await submit(ledger.ctx, local, { title: "Mine", dataset, steps: [transform] })).request
    .id;
}

/** The second step reads what the first one makes. */
async function submittedTwice(files: string[]): Promise<string> {
  const first = { ...transform, settings: { ...transform.settings, format: "parquet" } };
  const input = { dataset: { files }, steps: [first, transform] };
  return (await submit(ledger.ctx, local, input)).request.id;
}

async function succeed(tasks: Task[], input?: InputRead): Promise<void> {
  for (const task of tasks) {
    const name = task.upload?.name ?? "";
    const { size, checksum } = await ledger.ctx.store.put(
      task.request,
      name,
      Buffer.from(`of ${task.file}\n`),
    );
    await ledger.report(task, "success", { results: [{ name, size, checksum }], input });
  }
}

const fail = (task: Task) =>
  ledger.report(task, "failure", {
    error: { class: "bad_input", message: `${task.file}.parquet ends at byte 12` },
  });

async function removeOldResults(id: string): Promise<void> {
  await ledger.ctx.db.query(
    "UPDATE requests SET finished_at = now() - interval '2 days' WHERE id = $1",
    [id],
  );
  await housekeep({ ...ledger.ctx, config: { ...ledger.ctx.config, resultTtlDays: 1 } });
  expect(await ledger.ctx.store.list(id, { limit: 10 })).toEqual([]);
}

const read = (digit: string): InputRead => ({ size: 5, sha256: digit.repeat(64) });
const jwsIn = (text: string) => (JSON.parse(text) as SignedReceipt).jws ?? "";
const keyIdIn = (text: string) => decodeProtectedHeader(jwsIn(text)).kid;
const receiptOf = async (id: string) =>
  (JSON.parse(await readReceipt(ledger.ctx, id, local)) as SignedReceipt).receipt;
const keys = async () => ({ keys: await receiptKeys(ledger.ctx) });

async function ended(files: number): Promise<string> {
  const id = await submitted(files);
  await succeed(await ledger.claim(files, { request: id }));
  await ledger.ended(id);
  return id;
}

test("a receipt tells what went in, what was done, what came out, and is the same at every look", async () => {
  const id = await ended(3);
  const text = await readReceipt(ledger.ctx, id, local);
  const { receipt } = JSON.parse(text) as SignedReceipt;
  expect(receipt).toMatchObject({
    format: "longshore-receipt-1",
    request: { id, owner: "local", title: "Mine", state: "complete", round: 1 },
    dataset: { finder: "user", version: 1, files: 3 },
    inputs: { files: 3 },
    steps: [{ step: 1, operation: "transform", settings: transform.settings, done: 3, failed: 0 }],
    counters: { total: 3, done: 3 },
    rounds: [{ round: 1, done: 3, failed: 0, redriven: 0 }],
    failures: { files: 0, groups: [], overcome: [] },
    results: { count: 3, listed: true, deleted_at: null },
  });
  expect(receipt.rounds[0]?.moves.map(({ move }) => move)).toEqual(["submit", "run", "complete"]);
  expect(receipt.results.items[0]).toMatchObject({
    size: 5,
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    step: 1,
    attempt: 1,
  });
  expect(await readReceipt(ledger.ctx, id, local)).toBe(text);
});

test("what a later step read of a result is not taken for what was read of the file", async () => {
  const id = await submittedTwice(["/data/a.csv"]);
  for (const input of [undefined, read("a")])
    await succeed(await ledger.claim(1, { request: id }), input);
  await ledger.ended(id);
  expect((await receiptOf(id)).inputs.read).toMatchObject({ files: 0, not_recorded: 1, items: [] });
});

test("of a step that was done again, what its last attempt read counts, recorded or not", async () => {
  const id = await submittedTwice(["/data/a.csv", "/data/b.csv"]);
  const both = async () => {
    await ledger.published(id, 2);
    return ledger.claim(2, { request: id });
  };
  const firstStep = async (...inputs: (InputRead | undefined)[]) => {
    const tasks = await both();
    expect(tasks.map(({ step }) => step)).toEqual([1, 1]);
    tasks.sort((one, two) => one.file - two.file);
    for (const [index, task] of tasks.entries()) await succeed([task], inputs[index]);
    return tasks.map(({ file }) => file);
  };
  const [a] = await firstStep(read("a"), read("b"));
  for (const task of await both()) await fail(task);
  await ledger.ended(id);
  await removeOldResults(id);
  await redrive(ledger.ctx, id, local);
  await firstStep(read("c"), undefined);
  await succeed(await both(), read("d"));
  await ledger.ended(id);
  expect((await receiptOf(id)).inputs.read).toMatchObject({
    files: 1,
    not_recorded: 1,
    items: [{ file: a, step: 1, attempt: 3, ...read("c") }],
  });
});

test("a receipt is verified without the service, and every changed byte is found", async () => {
  const text = await readReceipt(ledger.ctx, await ended(1), local);
  const set = await keys();
  expect(await verifyReceipt(text, set)).toMatchObject({ valid: true });
  expect(await verifyReceipt(JSON.stringify(JSON.parse(text), undefined, 2), set)).toMatchObject({
    valid: true,
  });
  const bytes = Buffer.from(text);
  const unseen: number[] = [];
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    if ((await verifyReceipt(changed.toString(), set)).valid) unseen.push(at);
  }
  expect(unseen).toEqual([]);
  expect(await verifyReceipt(text.slice(0, -1), set)).toMatchObject({
    valid: false,
    reason: expect.stringContaining("not a signed receipt"),
  });
  expect(await verifyReceipt(text, { keys: [] })).toMatchObject({
    valid: false,
    reason: expect.stringContaining("another service made it"),
  });
});

test("jose verifies a receipt with the published keys alone", async () => {
  const text = await readReceipt(ledger.ctx, await ended(1), local);
  const set = createLocalJWKSet(await keys());
  const { payload, protectedHeader } = await compactVerify(jwsIn(text), set);
  expect(protectedHeader).toEqual({
    alg: "EdDSA",
    kid: keyIdIn(text),
    typ: "longshore-receipt+jws",
  });
  const { receipt } = JSON.parse(text) as SignedReceipt;
  expect(JSON.parse(Buffer.from(payload).toString())).toEqual(receipt);
  expect(await verifyReceipt(`${jwsIn(text)}\n`, await keys())).toMatchObject({
    valid: true,
    receipt,
  });
});

test("a JWS of the same key that is no receipt, or of no algorithm, is not valid", async () => {
  const text = await readReceipt(ledger.ctx, await ended(1), local);
  const [header = "", payload = "", signature = ""] = jwsIn(text).split(".");
  const { sign } = receiptKey(ledger.ctx.signingKey);
  const other = await sign(Buffer.from("{}"));
  const otherJws = [
    other.header,
    Buffer.from("{}").toString("base64url"),
    other.signature.toString("base64url"),
  ].join(".");
  const none = Buffer.from(
    JSON.stringify({ alg: "none", kid: keyIdIn(text), typ: "longshore-receipt+jws" }),
  ).toString("base64url");
  for (const jws of [
    otherJws,
    `${none}.${payload}.${signature}`,
    `${none}.${payload}.`,
    `${header}.${payload}.`,
    `${header}..${signature}`,
  ])
    expect((await verifyReceipt(jws, await keys())).valid, jws).toBe(false);
  const { receipt } = JSON.parse(text) as SignedReceipt;
  const changed = { ...receipt, counters: { ...receipt.counters, done: 7 } };
  const mixed = JSON.stringify({ receipt: changed, jws: jwsIn(text) });
  expect(await verifyReceipt(mixed, await keys())).toMatchObject({ valid: false });
});

test("a receipt that an earlier version signed stays as it is and stays valid", async () => {
  const id = await ended(1);
  const { receipt } = JSON.parse(await readReceipt(ledger.ctx, id, local)) as SignedReceipt;
  const signature = sign(
    null,
    Buffer.from(canonicalJson(receipt)),
    privateReceiptKey(ledger.ctx.signingKey),
  );
  await ledger.ctx.db.query(
    "UPDATE receipts SET header = NULL, signature = $2 WHERE request_id = $1",
    [id, signature],
  );
  const text = await readReceipt(ledger.ctx, id, local);
  expect(JSON.parse(text)).toEqual({
    receipt,
    signature: {
      algorithm: "Ed25519",
      key_id: receiptKey(ledger.ctx.signingKey).id,
      value: signature.toString("base64url"),
    },
  });
  expect(await verifyReceipt(text, await keys())).toMatchObject({ valid: true, receipt });
  for (const [from, to] of [
    ['"done":1', '"done":2'],
    ['"done":1', '"done":1e999'],
    ['"Mine"', '"\\ud800"'],
  ] as const) {
    expect(text).toContain(from);
    const changed = text.replace(from, to);
    expect(await verifyReceipt(changed, await keys())).toMatchObject({ valid: false });
  }
});

test("a key of somebody else is not taken for ours, whatever name it bears", async () => {
  const text = await readReceipt(ledger.ctx, await ended(1), local);
  const other = {
    ...toJwk(receiptKey(Buffer.from("another service")).publicKey),
    kid: keyIdIn(text),
  };
  expect(await verifyReceipt(text, { keys: [other] })).toMatchObject({ valid: false });
});

test("receipts of a key that was changed are verified still, and processes with one secret sign as one", async () => {
  const id = await ended(1);
  const before = await readReceipt(ledger.ctx, id, local);
  const later = { ...ledger.ctx, signingKey: Buffer.from("a new secret") };
  const set = { keys: await receiptKeys(later) };
  expect(set.keys[0]?.kid).not.toBe(keyIdIn(before));
  expect(await verifyReceipt(await readReceipt(later, id, local), set)).toMatchObject({
    valid: true,
  });
  const two = await ended(1);
  expect(
    await verifyReceipt(await readReceipt(later, two, local), {
      keys: await receiptKeys(ledger.ctx),
    }),
  ).toMatchObject({ valid: true });
  expect(receiptKey(Buffer.from("x")).id).toBe(receiptKey(Buffer.from("x")).id);
});

test("of an open request there is none, and of an unknown one neither", async () => {
  const id = await submitted(1);
  await expect(readReceipt(ledger.ctx, id, local)).rejects.toMatchObject({
    status: 409,
    code: "request_open",
  });
  await expect(
    readReceipt(ledger.ctx, "00000000-0000-4000-8000-000000000000", local),
  ).rejects.toMatchObject({ status: 404 });
  await expect(readReceipt(ledger.ctx, "x", local)).rejects.toMatchObject({ status: 404 });
  await succeed(await ledger.claim(1, { request: id }));
  await ledger.ended(id);
});

test("after a redrive the receipt tells both rounds: what had failed, and that it was overcome", async () => {
  const id = await submitted(4);
  const [one, two, ...rest] = (await ledger.claim(4, { request: id })) as [Task, Task, ...Task[]];
  await fail(one);
  await fail(two);
  await succeed(rest);
  await ledger.ended(id);
  const first = await receiptOf(id);
  expect(first.failures).toMatchObject({
    files: 2,
    groups: [{ class: "bad_input", count: 2, message: "<file> ends at byte <n>" }],
  });
  expect(first.failures.groups[0]?.examples).toHaveLength(2);

  await redrive(ledger.ctx, id, local);
  await expect(readReceipt(ledger.ctx, id, local)).rejects.toMatchObject({ status: 409 });
  await succeed(await ledger.claim(2, { request: id }));
  await ledger.ended(id);
  const second = await receiptOf(id);
  expect(second.request.round).toBe(2);
  expect(second.failures).toMatchObject({
    files: 0,
    groups: [],
    overcome: [{ class: "bad_input" }],
  });
  expect(second.rounds).toMatchObject([
    { round: 1, done: 2, failed: 2, redriven: 0 },
    { round: 2, done: 2, failed: 0, redriven: 2 },
  ]);
  expect(second.results.count).toBe(4);
  const { files, digest } = first.inputs;
  expect(second.inputs).toMatchObject({ files, digest });
});

test("a receipt that nobody requested exists after the request is deleted", async () => {
  const id = await ended(2);
  await deleteRequest(ledger.ctx, id, local);
  await expect(ledger.read(id)).rejects.toMatchObject({ status: 404 });
  const text = await readReceipt(ledger.ctx, id, local);
  expect(await verifyReceipt(text, await keys())).toMatchObject({
    valid: true,
    receipt: { results: { count: 2, deleted_at: null } },
  });
});

test("and after its results were removed for their age", async () => {
  const id = await ended(2);
  await removeOldResults(id);
  expect((await receiptOf(id)).results).toMatchObject({
    count: 2,
    items: [{ attempt: 1 }, { attempt: 1 }],
  });
});

test("of more than 10,000 results it keeps the digest, which the pages of the list give again", async () => {
  const count = 10_001;
  const id = await ledger.submit(1);
  const [task] = (await ledger.claim(1, { request: id })) as [Task];
  await ledger.report(task, "success");
  await ledger.ended(id);
  await ledger.ctx.db.query(
    `INSERT INTO results (request_id, file_id, step, attempt, seq, name, size, checksum)
     SELECT request_id, file_id, 1, attempt, n, n || '.csv', n, 'c' || n
     FROM request_files, generate_series(1, $2::int) n WHERE request_id = $1`,
    [id, count],
  );
  const { results } = await receiptOf(id);
  expect(results).toMatchObject({
    count,
    listed: false,
    items: [],
    url: `/v1/requests/${id}/results`,
  });
  expect(results.digest.value).toBe(await digestOfPages(id));
});

/** The private key as earlier versions derived it. */
function privateReceiptKey(signingKey: Buffer): KeyObject {
  const seed = Buffer.from(hkdfSync("sha256", signingKey, "", "longshore receipts 1", 32));
  const head = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({ key: Buffer.concat([head, seed]), format: "der", type: "pkcs8" });
}

async function digestOfPages(id: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const { listResults } = await import("../../src/requests/read/results.ts");
  const hash = createHash("sha256");
  for (let after: string | undefined; ; ) {
    const page = await listResults(ledger.ctx, id, local, { after, limit: 1000 });
    for (const { name, size, checksum, file, step, attempt } of page.items) {
      hash.update(`${canonicalJson({ name, size, checksum, file, step, attempt })}\n`);
    }
    if (!page.items.length) return hash.digest("hex");
    after = page.next;
  }
}
