import { expect, test } from "vitest";
import { doneText, rejectedText, welcomeText } from "../../src/notices/mail-texts.tsx";
import { decidedMessage, privateMessage, signupMessage } from "../../src/notices/slack-messages.ts";
import type { Addressee } from "../../src/users/addressees.ts";

const ada: Addressee = {
  id: "0b7f0c1e-0000-4000-8000-000000000001",
  state: "pending",
  name: "Ada",
  email: "ada@example.org",
  emailVerified: true,
  institution: "Analytical Engines",
  experiment: undefined,
};
const hostile: Addressee = {
  ...ada,
  name: "<!channel> <https://evil.example|click> & *bold*\nEmail: boss@example.org\u202e",
  institution: "x".repeat(9_000),
};
const places = { publicUrl: "https://longshore.example.org/p", docsUrl: undefined };

test("a sign-up says who waits, and has a button for each decision", () => {
  const message = signupMessage(ada, true);
  expect(message.text).toBe("New sign-up: Ada.");
  const [section, actions] = message.blocks as {
    text?: { text: string };
    elements?: { action_id: string; value: string; style: string }[];
  }[];
  expect(section?.text?.text).toBe(
    "*New sign-up*\nName: Ada\nEmail: ada@example.org\nInstitution: Analytical Engines\n" +
      `Account: ${ada.id}`,
  );
  expect(
    actions?.elements?.map(({ action_id, value, style }) => [action_id, value, style]),
  ).toEqual([
    ["accept_user", ada.id, "primary"],
    ["reject_user", ada.id, "danger"],
  ]);
  expect(signupMessage(ada, false).blocks).toHaveLength(1);
});

test("an address that was typed is not shown as one that was verified", () => {
  const { blocks } = signupMessage({ ...ada, emailVerified: false }, true);
  expect(JSON.stringify(blocks)).toContain("Email (not verified): ada@example.org");
});

test("what people type is no markup at Slack, and adds no line", () => {
  for (const message of [signupMessage(hostile, true), decidedMessage(hostile, "Approved.")]) {
    const texts = JSON.stringify(message);
    expect(texts).not.toMatch(/[<>\u202e]/);
    expect(texts).toContain("&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; *bold*");
    const [section] = message.blocks as { text: { text: string; verbatim: boolean } }[];
    expect(section?.text.verbatim).toBe(true);
    expect(section?.text.text.split("\n").map((line) => line.split(":")[0])).toEqual([
      "*New sign-up*",
      "Name",
      "Email",
      "Institution",
      "Account",
    ]);
    expect(section?.text.text.length).toBeLessThan(3_000);
  }
  expect(privateMessage("<@U1> & more")).toEqual({
    text: "&lt;@U1&gt; &amp; more",
    response_type: "ephemeral",
    replace_original: false,
  });
});

test("mails have the same in text and HTML, and lead to this service", () => {
  const welcome = welcomeText(ada, places);
  expect(welcome.subject).toBe("Welcome to Longshore");
  expect(welcome.text).toContain("Hello Ada,\n\nyour account is approved");
  expect(welcome.text).toContain("https://longshore.example.org/p\n");
  expect(welcome.html).toContain('<a href="https://longshore.example.org/p">Sign in</a>');
  const docsUrl = "https://docs.example.org";
  expect(welcomeText(ada, { ...places, docsUrl }).text).toContain(
    "First steps: https://docs.example.org/user/getting-started/",
  );
  expect(rejectedText(ada, places).text).toContain("your account was not approved");
  const request = { id: "r1", title: "May", state: "complete", done: 8, failed: 1 } as const;
  const done = doneText(ada, request, places);
  expect(done.subject).toBe("Your request is complete");
  expect(done.text).toContain("The request “May” is complete: 8 files done, 1 failed.");
  expect(done.text).toContain("https://longshore.example.org/p/requests/r1");
});

test("what people type is no markup in a mail, and no line of its own", () => {
  const title = `<img src=x onerror="alert(1)">\r\nBcc: all@example.org "& 'x'`;
  const request = { id: "r1", title, state: "failed", done: 0, failed: 2 } as const;
  const { subject, text, html } = doneText(hostile, request, places);
  expect(subject).toBe("Your request has failed");
  expect(html).not.toMatch(/<img|<!channel|<https/);
  expect(html).toContain("&lt;img src=x onerror=");
  expect(text).not.toMatch(/^(Bcc|Email):/m);
  expect(text).not.toContain("\u202e");
});

test("a name is not written to an address that its person has typed", () => {
  const stranger = { ...ada, name: "You have won: evil.example", emailVerified: false };
  const { text, html } = welcomeText(stranger, places);
  expect(text + html).not.toContain("You have won");
  expect(text.startsWith("Hello,\n")).toBe(true);
});
