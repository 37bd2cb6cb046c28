// Buttons at Slack: the calls that Slack signs, and what becomes of all others.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { noticesChannel } from "../../../src/notices/enqueue.ts";
import { type TestClock, testClock } from "../../operations/wait/outside.ts";
import { type Answer, type Api, openApi } from "../../support/api.ts";
import { formOf, pressed, type Signing, type SlackPost, signed } from "../../support/slack.ts";
import { type StandIn, startStandIn } from "../../support/stand-in.ts";
import { addAccount, type Outside, startOutside } from "../../support/told.ts";
import { until } from "../../support/wait.ts";

let outside: Outside;
let elsewhere: StandIn;
let clock: TestClock;
let api: Api;
let id: string;

beforeAll(async () => {
  outside = await startOutside();
  elsewhere = await startStandIn(() => ({ status: 200, body: "ok" }));
  const { env, connectors, log } = outside;
  clock = testClock();
  api = await openApi({ env, connectors, log, clock });
  // Slack's library is loaded for the first call at the latest.
  await call(pressed({ account: "nobody" }));
});
beforeEach(async () => {
  id = await addAccount(api.ledger.ctx);
});
afterAll(async () => {
  await api.close();
  await elsewhere.close();
  await outside.close();
});

/** As Slack calls. `sent`: what arrives, where that is not what was signed. */
function call(
  body: string,
  { sent = body, headers = {}, ...signing }: Signing & Sent = {},
): Promise<Answer> {
  const all = { ...signed(body, signing), ...headers };
  return api.call({ method: "POST", path: "/slack", headers: all, body: sent });
}

interface Sent {
  sent?: string;
  headers?: Record<string, string>;
}

async function stateOf(account: string): Promise<string | undefined> {
  const { query } = api.ledger.ctx.db;
  const sql = "SELECT state FROM users WHERE id = $1";
  return (await query<{ state: string }>(sql, [account]))[0]?.state;
}

function actsOn(account: string): Promise<Record<string, unknown>[]> {
  const { query } = api.ledger.ctx.db;
  return query("SELECT act, actor, actor_kind FROM acts WHERE subject = $1", [account]);
}

/** What Slack is told there. */
function answerAt(responseUrl: string): Promise<SlackPost["message"]> {
  const path = new URL(responseUrl).pathname;
  return told(() => outside.slack.posts.find((post) => post.path === path)?.message);
}

/** What becomes of it when messages are sent whose time has come. */
function told<Answer>(find: () => Answer | Promise<Answer>) {
  return until(() => {
    clock.advance(1);
    api.ledger.ctx.notifier.notify(noticesChannel);
    return find();
  });
}

test("Approve approves: Slack is told who did, the person gets a mail, and an act is kept", async () => {
  const responseUrl = outside.slack.responseUrl();
  const started = performance.now();
  const answer = await call(pressed({ account: id, responseUrl }));
  expect([answer.status, answer.text]).toEqual([200, ""]);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(await stateOf(id)).toBe("approved");
  const message = await answerAt(responseUrl);
  expect(message.replace_original).toBe(true);
  expect(message.blocks?.at(-1)).toEqual({
    type: "context",
    elements: [{ type: "mrkdwn", text: "Approved by <@U1>." }],
  });
  expect(JSON.stringify(message.blocks)).not.toContain("accept_user");
  const { mails } = outside.mailgun;
  await told(() => mails.some(({ to }) => to.includes(`${id}@example.org`)));
  expect(await actsOn(id)).toEqual([
    { act: "user.approve", actor: "slack:U1", actor_kind: "system" },
  ]);
});

test("defect 24: Slack's Reject rejects", async () => {
  const responseUrl = outside.slack.responseUrl();
  const answer = await call(pressed({ account: id, action: "reject_user", responseUrl }));
  expect(answer.status).toBe(200);
  expect(await stateOf(id)).toBe("rejected");
  const message = await answerAt(responseUrl);
  expect(JSON.stringify(message.blocks?.at(-1))).toContain("Rejected by <@U1>.");
});

test("a call that is sent again, as it was signed, changes nothing more", async () => {
  const responseUrl = outside.slack.responseUrl();
  const body = pressed({ account: id, responseUrl });
  const answers = await Promise.all([call(body), call(body), call(body)]);
  answers.push(await call(body));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await actsOn(id)).toHaveLength(1);
  await answerAt(responseUrl);
  const { query } = api.ledger.ctx.db;
  await until(async () => {
    const waiting = await query("SELECT FROM notices WHERE state = 'waiting'");
    return waiting.length === 0;
  });
  const { pathname } = new URL(responseUrl);
  expect(outside.slack.posts.filter(({ path }) => path === pathname)).toHaveLength(1);
});

test("a second administrator learns that it was decided before", async () => {
  await call(pressed({ account: id, user: "U2" }));
  const [first, second] = [outside.slack.responseUrl(), outside.slack.responseUrl()];
  await call(pressed({ account: id, responseUrl: first }));
  expect(JSON.stringify(await answerAt(first))).toContain("Approved before.");
  await call(pressed({ account: id, action: "reject_user", responseUrl: second }));
  expect(await answerAt(second)).toMatchObject({
    response_type: "ephemeral",
    text: "The account is approved: only one that waits for approval can be rejected.",
  });
  expect(await stateOf(id)).toBe("approved");
  expect(await actsOn(id)).toMatchObject([{ actor: "slack:U2" }]);
});

test.each([
  ["somebody else in the channel", { user: "U9" }, "U9 is not in SLACK_APPROVERS"],
  ["an approver's id of another workspace", { team: "T9" }, "SLACK_TEAM of the service is another"],
  ["an account that is not there", { account: "nobody" }, "There is no account"],
])("%s decides nothing, and is told why", async (_, by, sentence) => {
  const responseUrl = outside.slack.responseUrl();
  expect((await call(pressed({ account: id, responseUrl, ...by }))).status).toBe(200);
  const message = await answerAt(responseUrl);
  expect(message).toMatchObject({ response_type: "ephemeral", replace_original: false });
  expect(message.text).toContain(sentence);
  expect([await stateOf(id), await actsOn(id)]).toEqual(["pending", []]);
});

test.each<[string, Signing & Sent, number]>([
  ["of 301 seconds ago", { later: -301 }, 403],
  // Some seconds may pass on the way.
  ["of 330 seconds later", { later: 330 }, 403],
  ["of an hour later", { later: 3_600 }, 403],
  ["signed with another secret", { secret: "f".repeat(32) }, 401],
  ["signed as v1", { version: "v1" }, 401],
  ["without a signature", { headers: { "x-slack-signature": "" } }, 401],
])("defect 33: a call %s decides nothing, and nobody is called", async (_, signing, status) => {
  const responseUrl = outside.slack.responseUrl();
  const before = outside.slack.calls.length;
  const answer = await call(pressed({ account: id, responseUrl }), signing);
  expect(answer.status).toBe(status);
  expect([await stateOf(id), await actsOn(id)]).toEqual(["pending", []]);
  expect(outside.slack.calls).toHaveLength(before);
});

test("defect 33: a body that was changed on the way decides nothing", async () => {
  const victim = await addAccount(api.ledger.ctx);
  const body = pressed({ account: id });
  expect((await call(body, { sent: body.replace(id, victim) })).status).toBe(401);
  expect([await stateOf(id), await stateOf(victim)]).toEqual(["pending", "pending"]);
});

test("defect 33: an address to answer to that is not Slack's is never called", async () => {
  for (const responseUrl of [
    `${elsewhere.origin}/r`,
    "https://hooks.slack.com.example.org/r",
    "http://169.254.169.254/latest/meta-data",
  ]) {
    const account = await addAccount(api.ledger.ctx);
    expect((await call(pressed({ account, responseUrl }))).status).toBe(200);
    // The decision is Slack's to bring, and holds.
    expect(await stateOf(account)).toBe("approved");
    await call(pressed({ account, responseUrl, user: "U9" }));
  }
  const { query } = api.ledger.ctx.db;
  expect(await query("SELECT kind FROM notices WHERE state = 'failed'")).toEqual([]);
  expect(elsewhere.calls).toEqual([]);
});

test("a content type with a character set is taken like the bare one", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  expect((await call(pressed({ account: id }), { headers })).status).toBe(200);
  expect(await stateOf(id)).toBe("approved");
});

test("what is no form or no payload is refused, once it is known to be Slack's", async () => {
  const json = { headers: { "content-type": "application/json" } };
  expect((await call(pressed({ account: id }), json)).status).toBe(415);
  for (const [body, sentence] of [
    ["payload=%7Bnot", "The field payload is not valid JSON."],
    ["text=hello", "The form has no field payload."],
  ] as const) {
    const answer = await call(body);
    expect([answer.status, answer.json()]).toEqual([400, { message: sentence }]);
    expect((await call(body, { secret: "f".repeat(32) })).status).toBe(401);
  }
});

test("other calls of Slack's are answered at once, and do nothing", async () => {
  const started = performance.now();
  for (const body of [
    pressed({ account: id, action: "something_else" }),
    formOf({ type: "view_submission", user: { id: "U1" } }),
    formOf({ type: "block_actions", user: { id: "U1" }, actions: [] }),
  ])
    expect([(await call(body)).status, (await call(body)).text]).toEqual([200, ""]);
  expect(performance.now() - started).toBeLessThan(2_500);
  expect(await stateOf(id)).toBe("pending");
  expect((await api.get("/slack")).status).toBe(405);
});

test("while Slack does not take the answer, the decision stands and is told later", async () => {
  const responseUrl = outside.slack.responseUrl();
  outside.slack.script({ status: 503 });
  expect((await call(pressed({ account: id, responseUrl }))).status).toBe(200);
  expect(await stateOf(id)).toBe("approved");
  expect(JSON.stringify(await answerAt(responseUrl))).toContain("Approved by");
});

test("without a database a button is an error that passes, which Slack shows", async () => {
  const { ctx } = api.ledger;
  const lock = await ctx.db.pool.connect();
  try {
    await lock.query("BEGIN");
    await lock.query("SELECT FROM users WHERE id = $1 FOR UPDATE", [id]);
    const answer = await call(pressed({ account: id }));
    expect(answer.status).toBe(503);
    expect(answer.json().message).toBe("It takes longer than Slack waits. Try again.");
  } finally {
    await lock.query("ROLLBACK");
    lock.release();
  }
  // What was asked for is done all the same.
  await until(async () => (await stateOf(id)) === "approved");
});

test("a response_url is nowhere to be read, sealed or settled", async () => {
  const responseUrl = outside.slack.responseUrl();
  outside.slack.always({ status: 500 });
  await call(pressed({ account: id, responseUrl }));
  const { query } = api.ledger.ctx.db;
  const path = new URL(responseUrl).pathname;
  const rows = await told(async () => {
    const found = await query<{ sealed: Buffer | null; problem: string | null }>(
      "SELECT * FROM notices WHERE kind = 'answer' AND problem IS NOT NULL AND sealed IS NOT NULL",
    );
    return found.length > 0 ? found : undefined;
  });
  for (const { sealed } of rows) expect(sealed?.includes(path)).toBe(false);
  outside.slack.always(undefined);
  await answerAt(responseUrl);
  await told(async () => {
    const sealed = await query("SELECT FROM notices WHERE sealed IS NOT NULL");
    return sealed.length === 0;
  });
  const kept = JSON.stringify([await query("SELECT * FROM notices"), outside.lines]);
  for (const secret of outside.slack.secrets) expect(kept).not.toContain(secret);
});

test("without a signing secret, and without identity, no call is Slack's", async () => {
  for (const [env, code] of [
    [{ ENABLE_AUTH: "true" }, "SLACK_SIGNING_SECRET of the service is not set"],
    [{}, "Identity is off"],
  ] as const) {
    const plain = await openApi({ env });
    const body = pressed({ account: id });
    const headers = signed(body);
    const answer = await plain.call({ method: "POST", path: "/slack", headers, body });
    expect([answer.status, answer.text]).toEqual([409, expect.stringContaining(code)]);
    await plain.close();
  }
});
