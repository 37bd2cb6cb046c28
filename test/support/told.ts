// A service that tells people by Slack and mail, with stand-ins of both.
import { randomUUID } from "node:crypto";
import type { Context } from "../../src/deps.ts";
import { type Logger, loggerTo } from "../../src/log.ts";
import type { Connectors } from "../../src/notices/connectors.ts";
import type { UserState } from "../../src/users/state.ts";
import { type Mailgun, startMailgun } from "./mailgun.ts";
import { type Slack, signingSecret, startSlack } from "./slack.ts";

export interface Outside {
  slack: Slack;
  mailgun: Mailgun;
  connectors: Connectors;
  /** all of both */
  env: Record<string, string>;
  log: Logger;
  /** what was logged, at every level */
  lines: string[];
  close(): Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  const [slack, mailgun] = [await startSlack(), await startMailgun()];
  const lines: string[] = [];
  return {
    slack,
    mailgun,
    connectors: {
      slack: slack.origin,
      mailgun: { us: mailgun.origin, eu: mailgun.origin },
      timeoutMilliseconds: 10_000,
    },
    env: {
      ENABLE_AUTH: "true",
      PUBLIC_URL: "https://longshore.example.org",
      SIGNUP_WEBHOOK_URL: slack.webhook,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_APPROVERS: "U1,U2",
      SLACK_TEAM: "T1",
      MAILGUN_API_KEY: mailgun.key,
      MAILGUN_DOMAIN: mailgun.domain,
    },
    log: loggerTo({ write: (line) => lines.push(line) }, "trace"),
    lines,
    async close() {
      await slack.close();
      await mailgun.close();
    },
  };
}

export interface AccountOptions {
  state?: UserState;
  name?: string;
  email?: string | null;
  mailWhenDone?: boolean;
}

/** A person without a token; returns their id. */
export async function addAccount(
  { people }: Pick<Context, "people">,
  { state = "pending", name = "Ada", email, mailWhenDone = false }: AccountOptions = {},
): Promise<string> {
  const id = randomUUID();
  await people.write((db) =>
    db.users.create({
      data: {
        id,
        state,
        name,
        email: email === undefined ? `${id}@example.org` : email,
        email_verified: true,
        mail_when_done: mailWhenDone,
      },
    }),
  );
  return id;
}
