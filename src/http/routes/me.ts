import { changeProfile, readProfile } from "../../users/profile.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/people.ts";

const common = { tag: "users", path: "/v1/me" } as const;
const headers = { "cache-control": "private, no-store" };
const own = { description: "The caller's account.", schema: schema.me };

export const getMe = route({
  ...common,
  method: "get",
  name: "getMe",
  access: "account.read",
  summary: "Read your own account, also one that waits for approval",
  responses: { 200: own },
  async handler(ctx, { caller }) {
    return { status: 200, headers, body: schema.meView(await readProfile(ctx, caller)) };
  },
});

export const putMe = route({
  ...common,
  method: "put",
  name: "putMe",
  access: "account.change",
  summary: "Fill in your profile",
  description: "A new account waits for approval from the first time on.",
  body: {
    schema: schema.profileBody,
    example: { name: "Ada Lovelace", institution: "University of London", mail_when_done: true },
  },
  responses: {
    200: own,
    409: { description: "An address was typed, though the sign-in gives one; or identity is off." },
  },
  async handler(ctx, { caller, body }) {
    const { mail_when_done: mailWhenDone, experiment = null, ...rest } = body;
    await changeProfile(ctx, caller, { ...rest, experiment, mailWhenDone });
    return { status: 200, headers, body: schema.meView(await readProfile(ctx, caller)) };
  },
});
