// The settings of messages to administrators and people: Slack and mail.
import { z } from "zod";
import * as value from "./values.ts";

export interface SlackConfig {
  /** proves that a call comes from Slack; unset: its buttons are not offered */
  signingSecret?: string | undefined;
  /** where sign-ups are announced, which is a secret; unset: they are not */
  webhook?: string | undefined;
  /** ids of those at Slack who may approve and reject there */
  approvers: string[];
  /** the id of the one workspace whose people may; unset: any that has the app */
  team?: string | undefined;
}

export interface MailConfig {
  key: string;
  domain: string;
  region: (typeof mailRegions)[number];
  /** where the facility explains the first steps; unset: this service's own pages do */
  docsUrl?: string | undefined;
}

export interface NoticeConfig {
  /** unset: nothing is sent to Slack, and its calls are refused */
  slack?: SlackConfig | undefined;
  /** unset: no mail is sent */
  mail?: MailConfig | undefined;
}

const mailRegions = ["us", "eu"] as const;

export const noticeSettings = {
  SLACK_SIGNING_SECRET: value
    .matching(/^[\x21-\x7e]{16,200}$/, "the signing secret of a Slack app")
    .optional(),
  SIGNUP_WEBHOOK_URL: value
    .matching(
      /^https:\/\/hooks\.slack\.com\/services(\/[\w-]{1,200}){3}$/,
      "an incoming webhook of Slack, https://hooks.slack.com/services/… as it is shown there",
    )
    .optional(),
  SLACK_APPROVERS: value
    .listOf(/^[UW][A-Z0-9]{1,40}$/, "ids of people at Slack such as U0123ABCD")
    .default([]),
  SLACK_TEAM: value
    .matching(/^[TE][A-Z0-9]{1,40}$/, "the id of a Slack workspace such as T0123ABCD")
    .optional(),
  MAILGUN_API_KEY: value.matching(/^[\x21-\x7e]{1,200}$/, "a key of Mailgun's API").optional(),
  MAILGUN_DOMAIN: value
    .matching(/^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i, "a domain such as mail.example.org")
    .optional(),
  MAILGUN_REGION: value.oneOf(mailRegions).default("us"),
  DOCS_BASE_URL: value.httpUrl.optional(),
};

const settings = z.object(noticeSettings);

export function noticeConfig(set: z.output<typeof settings>): NoticeConfig {
  const { MAILGUN_API_KEY: key, MAILGUN_DOMAIN: domain } = set;
  const slack = {
    signingSecret: set.SLACK_SIGNING_SECRET,
    webhook: set.SIGNUP_WEBHOOK_URL,
    approvers: set.SLACK_APPROVERS,
    team: set.SLACK_TEAM,
  };
  const usesSlack = slack.signingSecret !== undefined || slack.webhook !== undefined;
  return {
    ...(usesSlack && { slack }),
    ...(key !== undefined &&
      domain !== undefined && {
        mail: { key, domain, region: set.MAILGUN_REGION, docsUrl: set.DOCS_BASE_URL },
      }),
  };
}

/** For the start; undefined where all is well. */
export function slackWarning(slack: SlackConfig | undefined): string | undefined {
  if (slack === undefined) return undefined;
  if (slack.signingSecret === undefined)
    return (
      "SIGNUP_WEBHOOK_URL is set and SLACK_SIGNING_SECRET is not: sign-ups are announced at " +
      "Slack without buttons."
    );
  if (slack.approvers.length > 0) return undefined;
  return "SLACK_APPROVERS is not set: nobody may approve or reject accounts at Slack.";
}
