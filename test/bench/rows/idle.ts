import { setTimeout as pause } from "node:timers/promises";
import { openIdentityProvider } from "../../support/identity-provider.ts";
import { openUserAgent } from "../../support/user-agent.ts";
import type { Bench, BenchService } from "../bench.ts";
import { residentMegabytes, tree } from "../processes.ts";
import type { Measured, Row } from "../row.ts";

const own = { RUNNER: "local", OPERATIONS: "" };
const must = { atMost: 250 };

export const idle: Row = {
  name: "idle",
  about:
    "The service with its own workers and all operations, 20 s after its start and without " +
    "work: resident memory of all its processes, without Postgres. With identity: a provider of " +
    "sign-in, Slack and Mailgun are set, and 20 s after its start somebody signs in, as its first " +
    "person; measured again 20 s later.",
  async measure(bench: Bench): Promise<Measured[]> {
    return [await withoutPeople(bench), await withPeople(bench)];
  },
};

async function withoutPeople(bench: Bench): Promise<Measured> {
  const service = await bench.service(own);
  try {
    return { what: "idle service", ...(await measured(service)) };
  } finally {
    await service.remove();
  }
}

async function withPeople(bench: Bench): Promise<Measured> {
  const provider = await openIdentityProvider();
  const service = await bench.service({ ...own, ...provider.env, ...outside });
  try {
    const before = await measured(service);
    provider.serve(service.url);
    provider.people.set("ann", { sub: "ann", linked: [], claims: { name: "Ann" } });
    const agent = openUserAgent();
    const asked = await agent.get(`${service.url}/sign-in?go=1`);
    const shown = await agent.send(asked.url, { login: "ann", answer: "allow" });
    if (shown.url !== `${service.url}/profile`) throw new Error(`signed in at ${shown.url}`);
    const { details, ...after } = await measured(service);
    const megabytes = Number(before.value.toFixed(1));
    return {
      what: "idle service with identity",
      ...after,
      details: { ...details, "MB before the first sign-in": megabytes },
    };
  } finally {
    await service.remove();
    await provider.close();
  }
}

async function measured({ pid }: BenchService): Promise<Omit<Measured, "what">> {
  await pause(20_000);
  const details = { processes: tree(pid).length };
  return { value: residentMegabytes(pid), unit: "MB", must, details };
}

/** Nothing is sent to either: nobody fills in a profile. */
const outside = {
  SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/T1/B1/made-up",
  SLACK_SIGNING_SECRET: "a-secret-of-an-app-at-slack",
  SLACK_APPROVERS: "U1",
  MAILGUN_API_KEY: "a-key-of-mailgun",
  MAILGUN_DOMAIN: "mail.example",
};
