import { createHmac } from "node:crypto";
import { isValidSlackRequest } from "@slack/bolt";
import { expect, test } from "vitest";
import { isOurs } from "../../src/facades/servicex/slack/interaction.ts";
import { verifySlack } from "../../src/facades/servicex/slack/verify.ts";

const secret = "0123456789abcdef0123456789abcdef";
const time = 1_767_225_600;
/** 362 bytes */
const press =
  "payload=" +
  encodeURIComponent(
    '{"type":"block_actions","user":{"id":"U1","username":"ada"},' +
      '"response_url":"http://127.0.0.1:9/r","actions":[{"action_id":"accept_user",' +
      '"block_id":"b1","value":"42","type":"button","action_ts":"1767225600.1"}]}',
  );

/** Both are accepted by Slack's own verifier. */
const vectors: [string, string][] = [
  [press, "v0=e39631e5aa654c8772de0e4a5b185de712fb1c684e336cc9872a9a04c1c8759b"],
  ["payload=%7B%7D", "v0=632a1eec7b855a6fcdcd41c10f99dfbb01d16acf17de7077939f0093cd1cc111"],
];

function verify(body: string | Buffer, signature: string, { later = 0, stamp = `${time}` } = {}) {
  const headers = { "x-slack-request-timestamp": stamp, "x-slack-signature": signature };
  verifySlack(secret, headers, Buffer.from(body), new Date((time + later) * 1_000));
}

function signatureOf(body: string, { stamp = `${time}`, version = "v0", key = secret } = {}) {
  const hash = createHmac("sha256", key).update(`${version}:${stamp}:${body}`).digest("hex");
  return `${version}=${hash}`;
}

const [[, signature = ""] = []] = vectors;

test("what Slack signed is taken, and the button in it is one of ours", () => {
  expect(press).toHaveLength(362);
  for (const [body, signed] of vectors) expect(() => verify(body, signed)).not.toThrow();
  expect(isOurs(Buffer.from(press))).toBe(true);
});

test("Slack's own verifier takes the same, and calls of the future, which is why ours comes first", () => {
  const official = (body: string, signed: string, later: number) =>
    isValidSlackRequest({
      signingSecret: secret,
      body,
      headers: { "x-slack-request-timestamp": time, "x-slack-signature": signed },
      nowMilliseconds: (time + later) * 1_000,
    });
  for (const [body, signed] of vectors) expect(official(body, signed, 0)).toBe(true);
  expect(official(press, signature, 301)).toBe(false);
  expect(official(press, signature, -3_600)).toBe(true);
});

test.each([300, -300, 299, 0])("a call that is %i seconds old is taken", (later) => {
  expect(() => verify(press, signature, { later })).not.toThrow();
});

test.each([301, -301, 3_600, -3_600, 31_536_000])(
  "defect 33: a call that is %i seconds old is refused, signed as it is",
  (later) => {
    expect(() => verify(press, signature, { later })).toThrow(
      expect.objectContaining({ status: 403, code: "not_now" }),
    );
  },
);

const refused = expect.objectContaining({ status: 401, code: "not_signed" });

test.each([
  ["a byte was changed", press.replace("42", "43"), signature],
  ["a byte was added", `${press}&`, signature],
  ["another secret", press, signatureOf(press, { key: `${secret.slice(1)}0` })],
  ["another version", press, signatureOf(press, { version: "v1" })],
  ["the version alone was changed", press, signature.replace("v0", "v1")],
  ["no version", press, signature.slice(3)],
  ["too short", press, signature.slice(0, -1)],
  ["too long", press, `${signature}0`],
  ["capital letters", press, `v0=${signature.slice(3).toUpperCase()}`],
  ["no signature", press, ""],
  ["two signatures", press, `${signature},${signature}`],
])("a signature is refused: %s", (_, body, signed) => {
  expect(() => verify(body, signed)).toThrow(refused);
});

test.each(["", "now", "1767225600.5", "-1767225600", " 1767225600", "0x69557280", "1e9", "9e99"])(
  "the time %j is refused, signed as it is",
  (stamp) => {
    expect(() => verify(press, signatureOf(press, { stamp }), { stamp })).toThrow(refused);
  },
);

test("without the two headers a call is refused", () => {
  expect(() => verifySlack(secret, {}, Buffer.from(press), new Date(time * 1_000))).toThrow(
    refused,
  );
});

test("the bytes are compared, not a text that they may be read as", () => {
  const bytes = Buffer.from([0x70, 0xff, 0xfe]);
  const hash = createHmac("sha256", secret).update(`v0:${time}:`).update(bytes).digest("hex");
  expect(() => verify(bytes, `v0=${hash}`)).not.toThrow();
  expect(() => verify(bytes.toString(), `v0=${hash}`)).toThrow(refused);
});

test.each([
  ["no payload", "text=hello", "payload"],
  ["no JSON", "payload=%7B", "JSON"],
  ["nothing", "", "payload"],
])("a form with %s is refused", (_, body, sentence) => {
  expect(() => isOurs(Buffer.from(body))).toThrow(sentence);
});

test.each([
  { type: "view_submission", user: { id: "U1" }, view: {} },
  { type: "block_actions", user: { id: "U1" }, actions: [] },
  { type: "block_actions", user: { id: "U1" }, actions: [{ action_id: "other", value: "1" }] },
  { type: "block_actions", user: { id: "U1" }, actions: [{ action_id: "accept_user" }] },
  { type: "block_actions", user: { id: "U1" }, actions: [{ action_id: "accept_user", value: "" }] },
  {
    type: "block_actions",
    user: { id: "U1" },
    actions: [{ action_id: "accept_user", value: "a\0b" }],
  },
  { type: "block_actions", actions: [{ action_id: "accept_user", value: "1" }] },
  [],
  null,
])("%j is no button of ours", (payload) => {
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
  expect(isOurs(Buffer.from(body))).toBe(false);
});
