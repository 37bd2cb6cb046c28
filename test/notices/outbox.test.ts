// Messages are written with what they tell, and sent by the leader until they arrive.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Caller, local } from "../../src/auth/caller.ts";
import { deliverNotices } from "../../src/notices/deliver.ts";
import { addNotices, noticesChannel, signupNotice } from "../../src/notices/enqueue.ts";
import { cancel } from "../../src/requests/lifecycle/cancel.ts";
import { redrive } from "../../src/requests/lifecycle/redrive.ts";
import { approve, reject } from "../../src/users/approve.ts";
import { type TestClock, testClock } from "../operations/wait/outside.ts";
import { type Api, openApi } from "../support/api.ts";
import { openLedger } from "../support/context.ts";
import { addPerson, bearer } from "../support/people.ts";
import type { StandInAnswer } from "../support/stand-in.ts";
import { addAccount, type Outside, startOutside } from "../support/told.ts";
import { until } from "../support/wait.ts";

const root: Caller = { kind: "admin", owner: "root", by: "session" };

let outside: Outside;
let clock: TestClock;
let api: Api;
let headers: Record<string, string>;

beforeAll(async () => {
  outside = await startOutside();
  clock = testClock();
  const { env, connectors, log } = outside;
  api = await openApi({ env, connectors, log, clock });
  const admin = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
  headers = bearer(admin.accessToken);
});
afterEach(() => {
  outside.slack.always(undefined);
  outside.mailgun.always(undefined);
});
afterAll(async () => {
  await api.close();
  await outside.close();
});

interface NoticeLine {
  id: number;
  kind: string;
  state: string;
  tries: number;
  problem: string | null;
  next_try_at: string | null;
  may_be_sent_again: boolean;
  user: { id: string } | null;
}

async function noticesOf(user: string): Promise<NoticeLine[]> {
  const { items } = (await api.get("/v1/notices?limit=500", headers)).json();
  return (items as NoticeLine[]).filter((notice) => notice.user?.id === user);
}

/** The one message about this person, once it is so. */
function notice(user: string, is: (line: NoticeLine) => boolean): Promise<NoticeLine> {
  return until(async () => {
    const [only, ...others] = await noticesOf(user);
    expect(others).toEqual([]);
    return only && is(only) ? only : undefined;
  });
}

const mailsTo = (id: string) =>
  outside.mailgun.mails.filter(({ to }) => to.includes(`${id}@example.org`));

async function stateOf(id: string): Promise<string | undefined> {
  const { query } = api.ledger.ctx.db;
  const [row] = await query<{ state: string }>("SELECT state FROM users WHERE id = $1", [id]);
  return row?.state;
}

test("a sign-up is announced once, and not at all where its transaction did not happen", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx, { name: "Grace" });
  const add = (after: () => void = () => undefined) =>
    ctx.people.write(async (db) => {
      const added = await addNotices(db, [signupNotice(ctx, id), signupNotice(ctx, id)]);
      after();
      return added;
    });
  const thrown = add(() => {
    throw new Error("on second thoughts");
  });
  await expect(thrown).rejects.toThrow("on second thoughts");
  expect(await noticesOf(id)).toEqual([]);
  expect([await add(), await add()]).toEqual([1, 0]);
  ctx.notifier.notify(noticesChannel);
  await notice(id, ({ state }) => state === "sent");
  const told = outside.slack.posts.filter(({ message }) => message.text?.includes("Grace"));
  expect(told).toHaveLength(1);
  expect(JSON.stringify(told)).toContain(`"value":"${id}"`);
});

test("an approval stands while mail is down; the mail is tried again, and seen to be", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  outside.mailgun.always({ status: 503, body: "down" });
  expect((await approve(ctx, root, id)).changed).toBe(true);
  expect(await stateOf(id)).toBe("approved");
  const first = await notice(id, ({ tries, problem }) => tries === 1 && problem !== null);
  expect(first).toMatchObject({ kind: "welcome", state: "waiting", problem: expect.any(String) });
  expect(first.problem).toMatch(/^Mailgun answered 503/);
  const wait = Date.parse(first.next_try_at ?? "") - clock.now().getTime();
  expect(wait).toBeGreaterThan(30_000);
  expect(wait).toBeLessThan(80_000);
  clock.advance(90);
  ctx.notifier.notify(noticesChannel);
  await notice(id, ({ tries, next_try_at }) => tries === 2 && next_try_at !== first.next_try_at);
  expect(mailsTo(id)).toEqual([]);
  outside.mailgun.always(undefined);
  await until(async () => {
    clock.advance(200);
    ctx.notifier.notify(noticesChannel);
    return (await noticesOf(id))[0]?.state === "sent";
  });
  expect(mailsTo(id)).toMatchObject([{ subject: "Welcome to Longshore" }]);
  expect(await noticesOf(id)).toMatchObject([{ problem: null, next_try_at: null }]);
});

test("what a process left unsent when it ended is sent by the next one", async () => {
  const { env, connectors, log } = outside;
  const first = await openLedger({ env, connectors, log, scheduler: false });
  const id = await addAccount(first.ctx);
  await approve(first.ctx, root, id);
  expect(mailsTo(id)).toEqual([]);
  const databaseUrl = first.ctx.databaseUrl;
  const next = await openLedger({ env, connectors, log, databaseUrl });
  await until(() => mailsTo(id).length === 1);
  await next.close();
  await first.close();
});

test("an account that is approved twice, and by two at once, is welcomed once", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  const decided = await Promise.all([approve(ctx, root, id), approve(ctx, root, id)]);
  decided.push(await approve(ctx, root, id));
  expect(decided.filter(({ changed }) => changed)).toHaveLength(1);
  await notice(id, ({ state }) => state === "sent");
  expect(mailsTo(id)).toHaveLength(1);
  const { query } = ctx.db;
  const acts = await query("SELECT actor, act FROM acts WHERE subject = $1", [id]);
  expect(acts).toEqual([{ actor: "root", act: "user.approve" }]);
});

test("a rejected person is told so, and may be approved later; neither goes backwards", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  await reject(ctx, root, id);
  await until(() => mailsTo(id).length === 1);
  expect(mailsTo(id)).toMatchObject([{ subject: "Your account was not approved" }]);
  await approve(ctx, root, id);
  await until(() => mailsTo(id).length === 2);
  await expect(reject(ctx, root, id)).rejects.toMatchObject({ status: 409, code: "wrong_state" });
  await expect(approve(ctx, root, "nobody")).rejects.toMatchObject({ status: 404 });
  const suspended = await addAccount(ctx, { state: "suspended" });
  await expect(approve(ctx, root, suspended)).rejects.toMatchObject({ code: "wrong_state" });
  const user: Caller = { kind: "user", owner: "ann", by: "session" };
  const other = await addAccount(ctx);
  await expect(approve(ctx, user, other)).rejects.toMatchObject({ status: 403 });
  expect(await stateOf(other)).toBe("pending");
});

test("a message that cannot be sent has failed at once, and an administrator sends it again", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  outside.mailgun.always({ status: 401, body: "Forbidden" });
  await approve(ctx, root, id);
  const failed = await notice(id, ({ state }) => state === "failed");
  expect(failed).toMatchObject({ tries: 1, next_try_at: null, may_be_sent_again: true });
  expect(failed.problem).toBe("Mailgun answered 401 (Forbidden).");
  outside.mailgun.always(undefined);
  const again = () => api.post(`/v1/notices/${failed.id}/again`, {}, headers);
  expect((await again()).status).toBe(202);
  await notice(id, ({ state }) => state === "sent");
  expect(mailsTo(id)).toHaveLength(1);
  expect([(await again()).status, (await again()).json().detail]).toEqual([
    409,
    "The message is sent: only one that has failed can be sent again.",
  ]);
  expect((await api.post("/v1/notices/999999999/again", {}, headers)).status).toBe(404);
  const acts = await ctx.db.query("SELECT act FROM acts WHERE subject = $1", [String(failed.id)]);
  expect(acts).toEqual([{ act: "notice.again" }]);
});

test("a message that is no longer so when its turn comes is not sent", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  outside.mailgun.always({ status: 503, body: "down" });
  await reject(ctx, root, id);
  await notice(id, ({ tries, problem }) => tries === 1 && problem !== null);
  await approve(ctx, root, id);
  outside.mailgun.always(undefined);
  const settled = await until(async () => {
    clock.advance(90);
    ctx.notifier.notify(noticesChannel);
    const lines = await noticesOf(id);
    return lines.every(({ state }) => state !== "waiting") ? lines : undefined;
  });
  expect(settled).toMatchObject([
    { kind: "welcome", state: "sent" },
    { kind: "rejected", state: "failed", problem: "The account is approved meanwhile." },
  ]);
  expect(mailsTo(id)).toMatchObject([{ subject: "Welcome to Longshore" }]);
});

test("mail that is slow to be taken delays nothing that goes to Slack", async () => {
  const { ctx } = api.ledger;
  let take: (answer: StandInAnswer) => void = () => undefined;
  outside.mailgun.script(
    new Promise((resolve) => {
      take = resolve;
    }),
  );
  const before = outside.mailgun.calls.length;
  const slow = await addAccount(ctx);
  await approve(ctx, root, slow);
  await until(() => outside.mailgun.calls.length > before);
  const waiting = await addAccount(ctx, { name: "Hedy" });
  await ctx.people.write((db) => addNotices(db, [signupNotice(ctx, waiting)]));
  ctx.notifier.notify(noticesChannel);
  await notice(waiting, ({ state }) => state === "sent");
  expect(await noticesOf(slow)).toMatchObject([{ state: "waiting", tries: 1, problem: null }]);
  take({ status: 401, body: "Forbidden" });
  await notice(slow, ({ state }) => state === "failed");
});

test("an account without an address fails with a sentence", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx, { email: null });
  await approve(ctx, root, id);
  const { problem } = await notice(id, ({ state }) => state === "failed");
  expect(problem).toBe("The account has no email address.");
});

test("two processes that send at once send once", async () => {
  const { env, connectors, log } = outside;
  const first = await openLedger({ env, connectors, log, scheduler: false });
  const { databaseUrl } = first.ctx;
  const second = await openLedger({ env, connectors, log, databaseUrl, scheduler: false });
  const ids = await Promise.all(Array.from({ length: 5 }, () => addAccount(first.ctx)));
  for (const id of ids) await approve(first.ctx, root, id);
  const { signal } = new AbortController();
  await Promise.all([first, second].map(({ ctx }) => deliverNotices(ctx, "mail", signal)));
  for (const id of ids) expect(mailsTo(id)).toHaveLength(1);
  await second.close();
  await first.close();
});

test("owners who want it are told when a request of theirs ends, once for each round", async () => {
  const { ctx } = api.ledger;
  const owner = await addAccount(ctx, { state: "approved", mailWhenDone: true });
  const silent = await addAccount(ctx, { state: "approved" });
  await endedRequest(silent, "failure");
  const id = await endedRequest(owner, "failure");
  await until(() => mailsTo(owner).length === 1);
  await redrive(ctx, id, local, {});
  await settleAll(id, "success");
  const mails = await until(() => (mailsTo(owner).length === 2 ? mailsTo(owner) : undefined));
  expect(mails.map(({ text }) => /(\d+ files? done, \d+ failed)/.exec(text)?.[1])).toEqual([
    "0 files done, 1 failed",
    "1 file done, 0 failed",
  ]);
  expect(mailsTo(silent)).toEqual([]);
  const canceled = await api.ledger.submit(1, { owner });
  await cancel(ctx, canceled, local);
  await api.ledger.ended(canceled);
  expect((await noticesOf(owner)).map(({ kind }) => kind)).toEqual(["done", "done"]);
});

async function endedRequest(owner: string, status: "success" | "failure"): Promise<string> {
  const id = await api.ledger.submit(1, { owner });
  await settleAll(id, status);
  return id;
}

async function settleAll(id: string, status: "success" | "failure"): Promise<void> {
  const [task] = await api.ledger.claim(1, { request: id });
  if (!task) throw new Error("no task");
  const error = { class: "bad_file", message: "broken" };
  await api.ledger.report(task, status, status === "failure" ? { error } : {});
  await api.ledger.ended(id);
}

test("the list has pages and states, for administrators alone", async () => {
  const { ctx } = api.ledger;
  const ann = await addPerson(ctx);
  expect((await api.get("/v1/notices", bearer(ann.accessToken))).status).toBe(403);
  expect((await api.get("/v1/notices")).status).toBe(401);
  const list = async (query: string) =>
    (await api.get(`/v1/notices?${query}`, headers)).json() as unknown as Listed;
  const whole = await list("limit=500");
  const found: number[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const page: Listed = await list(`limit=2${next && `&cursor=${next}`}`);
    found.push(...page.items.map(({ id }) => id));
    next = page.next;
  }
  expect(found).toEqual(whole.items.map(({ id }) => id));
  const failed = await list("state=failed");
  expect(new Set(failed.items.map(({ state }) => state))).toEqual(new Set(["failed"]));
  expect((await api.get("/v1/notices?state=lost", headers)).status).toBe(400);
  expect((await api.get("/v1/notices?cursor=x", headers)).status).toBe(400);
});

interface Listed {
  items: NoticeLine[];
  next: string | null;
}

test("no key and no address of a hook is in a log, a row or an answer", async () => {
  const { ctx } = api.ledger;
  const id = await addAccount(ctx);
  outside.slack.script({ status: 500, body: outside.slack.webhook }, "drop");
  await ctx.people.write((db) => addNotices(db, [signupNotice(ctx, id)]));
  ctx.notifier.notify(noticesChannel);
  await notice(id, ({ problem }) => problem !== null);
  const rows = await ctx.db.query("SELECT * FROM notices");
  const { text } = await api.get("/v1/notices?limit=500", headers);
  const told = JSON.stringify([rows, text, outside.lines]);
  expect(outside.lines.length).toBeGreaterThan(0);
  for (const secret of [...outside.slack.secrets, outside.mailgun.key])
    expect(told).not.toContain(secret);
});
