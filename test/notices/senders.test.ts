// What Slack and Mailgun do with a message, and what is made of it.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Mail, sendMail } from "../../src/notices/mailgun.ts";
import type { Failure, Outcome } from "../../src/notices/outcome.ts";
import { postToSlack } from "../../src/notices/slack.ts";
import { type SlackMessage, signupMessage } from "../../src/notices/slack-messages.ts";
import type { MailConfig } from "../../src/settings/notices.ts";
import { type Mailgun, startMailgun } from "../support/mailgun.ts";
import { type Slack, startSlack } from "../support/slack.ts";
import { type StandIn, startStandIn } from "../support/stand-in.ts";

let slack: Slack;
let mailgun: Mailgun;
let elsewhere: StandIn;

beforeAll(async () => {
  slack = await startSlack();
  mailgun = await startMailgun();
  elsewhere = await startStandIn(() => ({ status: 200, body: "ok" }));
});
afterEach(() => {
  slack.always(undefined);
  mailgun.always(undefined);
});
afterAll(async () => {
  await slack.close();
  await mailgun.close();
  await elsewhere.close();
});

const timeoutMilliseconds = 2_000;
const hello: SlackMessage = { text: "hello" };
const post = (address = slack.webhook, message = hello) =>
  postToSlack({ slack: slack.origin, timeoutMilliseconds }, address, message);

const mail: Mail = {
  id: "longshore-notice-7",
  to: "ada@example.org",
  subject: "Hello",
  text: "Hello, Ada & all",
  html: "<p>Hello, Ada &amp; all</p>",
};
function sent(change: Partial<Mail> = {}, config: Partial<MailConfig> = {}): Promise<Outcome> {
  const { key, domain, origin } = mailgun;
  const set: MailConfig = { key, domain, region: "us", ...config };
  const mailgunAt = { us: origin, eu: "http://127.0.0.1:9" };
  return sendMail(set, { mailgun: mailgunAt, timeoutMilliseconds }, { ...mail, ...change });
}

const failure = (again: Failure["again"], problem: RegExp) =>
  expect.objectContaining({ again, problem: expect.stringMatching(problem) });

test("Slack takes a sign-up with its buttons, and an answer", async () => {
  const person = {
    id: "0b7f0c1e-0000-4000-8000-000000000001",
    state: "pending",
    name: "Ada <b>",
    email: "ada@example.org",
    emailVerified: true,
    institution: "x".repeat(9_000),
    experiment: undefined,
  } as const;
  expect(await post(slack.webhook, signupMessage(person, true))).toBe("sent");
  expect(await post(slack.responseUrl())).toBe("sent");
  expect(slack.posts.map(({ message }) => message.text)).toEqual([
    "New sign-up: Ada &lt;b&gt;.",
    "hello",
  ]);
});

test("Slack's stand-in refuses what Slack refuses", async () => {
  const long = [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3_001) } }];
  expect(await post(slack.webhook, { text: "", blocks: long })).toEqual(
    failure("never", /^Slack answered 400 \(invalid_blocks\)\.$/),
  );
  expect(await post(slack.webhook, { text: "" })).toEqual(failure("never", /\(no_text\)/));
  expect(await post("https://hooks.slack.com/services/T1/B1/other")).toEqual(
    failure("never", /404 \(no_service\)/),
  );
  const url = slack.responseUrl();
  for (let use = 1; use <= 5; use++) expect(await post(url)).toBe("sent");
  expect(await post(url)).toEqual(failure("never", /404 \(expired_url\)/));
});

test.each([
  [400, "invalid_payload", "never"],
  [403, "action_prohibited", "never"],
  [404, "channel_not_found", "never"],
  [410, "channel_is_archived", "never"],
  [500, "rollup_error", "later"],
  [503, "<html>try https://hooks.slack.com/services/T1/B1/hunter2</html>", "later"],
] as const)("Slack's %i %s is tried again: %s", async (status, body, again) => {
  slack.script({ status, body });
  const word = body.startsWith("<") ? "" : ` \\(${body}\\)`;
  expect(await post()).toEqual(failure(again, new RegExp(`^Slack answered ${status}${word}\\.$`)));
});

test("Slack is not called before the time that it names", async () => {
  slack.script({ status: 429, headers: { "retry-after": "30" }, body: "rate_limited" });
  expect(await post()).toMatchObject({ again: "later", afterSeconds: 30 });
});

test("a redirect of Slack's host leads nowhere", async () => {
  slack.script({ status: 307, headers: { location: `${elsewhere.origin}/taken` } });
  expect(await post()).toEqual(failure("never", /^Slack answered 307\.$/));
  expect(elsewhere.calls).toEqual([]);
});

test("defect 33: nothing is sent to an address that is not Slack's", async () => {
  const before = slack.calls.length;
  for (const address of [
    `${elsewhere.origin}/r`,
    "http://127.0.0.1:9/r",
    slack.webhook.replace("https:", "http:"),
    "https://hooks.slack.com.example.org/services/T1/B1/x",
    "",
  ])
    expect(await post(address)).toEqual(failure("never", /not one of hooks\.slack\.com/));
  expect([elsewhere.calls.length, slack.calls.length]).toEqual([0, before]);
});

test("Mailgun takes a mail as it is, to one person", async () => {
  expect(await sent()).toBe("sent");
  const [taken] = mailgun.mails;
  expect(taken).toMatchObject({
    from: `Longshore <noreply@${mailgun.domain}>`,
    to: [mail.to],
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    fields: { "h:Message-Id": `<longshore-notice-7@${mailgun.domain}>`, "o:tracking": "no" },
  });
});

test.each([
  "ada@example.org,boss@example.org",
  "Ada <ada@example.org>",
  "ada@example.org\nBcc: boss@example.org",
  "ada example.org",
  "@example.org",
  "",
])("no mail is sent to %j", async (to) => {
  const before = mailgun.calls.length;
  expect(await sent({ to })).toEqual(failure("never", /^The account's email address is not/));
  expect(mailgun.calls).toHaveLength(before);
});

test("Mailgun's stand-in refuses what Mailgun refuses", async () => {
  expect(await sent({}, { key: "another" })).toEqual(
    failure("never", /^Mailgun answered 401 \(Forbidden\)\.$/),
  );
  expect(await sent({}, { domain: "other.example.org" })).toEqual(failure("once", /answered 404/));
  expect(await sent({ subject: "" })).toEqual(failure("never", /400 \(subject parameter is miss/));
  expect(await sent({ text: "", html: "" })).toEqual(failure("never", /answered 400 \(Need at/));
  const refused = "to parameter is not a valid address. please check documentation";
  mailgun.script({ status: 400, body: JSON.stringify({ message: refused }), headers: json });
  expect(await sent()).toEqual(failure("never", /not a valid address/));
});

const json = { "content-type": "application/json" };

test.each([
  [403, "never"],
  [404, "once"],
  [413, "never"],
  [429, "later"],
  [500, "later"],
  [503, "later"],
] as const)("Mailgun's %i is tried again: %s", async (status, again) => {
  mailgun.script({ status, body: JSON.stringify({ message: "as it says" }), headers: json });
  expect(await sent()).toEqual(failure(again, /^Mailgun answered \d+ \(as it says\)\.$/));
});

test("a connection that breaks is no bad request: it is tried again", async () => {
  mailgun.script("drop", "cut");
  expect(await sent()).toEqual(failure("later", /^Mailgun was not reached/));
  expect(await sent()).toEqual(failure("later", /^Mailgun was not reached/));
  slack.script("drop", "cut");
  expect(await post()).toEqual(failure("later", /^Slack was not reached/));
  // Its status says that it was taken.
  expect(await post()).toBe("sent");
  expect(await sent({}, { region: "eu" })).toEqual(failure("later", /^Mailgun was not reached/));
  const nobody = await postToSlack(
    { slack: "http://127.0.0.1:9", timeoutMilliseconds },
    slack.webhook,
    hello,
  );
  expect(nobody).toEqual(failure("later", /^Slack was not reached \((ECONNREFUSED|the conn)/));
});

test("a service that never answers is given up, and tried again", async () => {
  mailgun.script("hang");
  slack.script("hang");
  const [mailed, posted] = await Promise.all([sent(), post()]);
  expect(mailed).toEqual(failure("later", /^Mailgun /));
  expect(posted).toEqual(failure("later", /no answer in time/));
});

test("a page that says that all is well is no mail that was taken", async () => {
  mailgun.script({ status: 200, body: "<html>Welcome to our proxy</html>" });
  expect(await sent()).toEqual(failure("later", /did not say/));
});
