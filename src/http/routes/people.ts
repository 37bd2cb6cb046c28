import type { Context } from "../../deps.ts";
import { changeAdmin } from "../../users/admins.ts";
import { approve, reject } from "../../users/approve.ts";
import { listPeople, readPerson } from "../../users/people.ts";
import { removeUser } from "../../users/remove.ts";
import { restore, suspend } from "../../users/suspend.ts";
import { type Input, route } from "../route.ts";
import * as schema from "../schemas/people.ts";

const common = { tag: "users" } as const;
const headers = { "cache-control": "private, no-store" };
const account = { description: "The account as it is now.", schema: schema.person };
const identityOff = { description: "Identity is off on this service." };

export const listUsers = route({
  ...common,
  method: "get",
  path: "/v1/users",
  name: "listUsers",
  access: "user.read",
  summary: "List accounts, the newest first",
  query: schema.peopleQuery,
  responses: {
    200: { description: "Accounts.", schema: schema.peoplePage },
    409: identityOff,
  },
  async handler(ctx, { caller, query }) {
    const { items, next } = await listPeople(ctx, caller, query);
    return { status: 200, headers, body: { items: items.map(schema.personView), next } };
  },
});

export const getUser = route({
  ...common,
  method: "get",
  path: "/v1/users/{user}",
  name: "getUser",
  access: "user.read",
  summary: "Read an account",
  params: schema.personParams,
  responses: { 200: account, 409: identityOff },
  handler: reply,
});

export const approveUser = decision("approve", "Let a person in, who is told by mail", approve);
export const rejectUser = decision("reject", "Refuse a person, who is told by mail", reject);
export const suspendUser = decision("suspend", "Shut a person out until they are let in", suspend);
export const restoreUser = decision("restore", "Let a suspended person in again", restore);

function decision(verb: string, summary: string, decide: typeof suspend | typeof approve) {
  return route({
    ...common,
    method: "post",
    path: `/v1/users/{user}/${verb}`,
    name: `${verb}User`,
    access: "user.change",
    summary,
    description: "Twice is once.",
    params: schema.personParams,
    responses: {
      200: account,
      409: {
        description:
          "It cannot be done with an account in its state, with one's own, or with the last " +
          "administrator's; or identity is off.",
      },
    },
    async handler(ctx, input) {
      await decide(ctx, input.caller, input.params.user);
      return reply(ctx, input);
    },
  });
}

export const makeAdministrator = administrator("put", true, {
  name: "makeAdministrator",
  summary: "Make a person an administrator",
});
export const unmakeAdministrator = administrator("delete", false, {
  name: "unmakeAdministrator",
  summary: "Make an administrator a user again",
});

function administrator(
  method: "put" | "delete",
  admin: boolean,
  named: { name: string; summary: string },
) {
  return route({
    ...common,
    ...named,
    method,
    path: "/v1/users/{user}/admin",
    access: "user.change",
    description: "Twice is once.",
    params: schema.personParams,
    responses: {
      200: account,
      409: {
        description:
          "The account is not approved, is one's own, or is the last administrator's; or " +
          "identity is off.",
      },
    },
    async handler(ctx, input) {
      await changeAdmin(ctx, input.caller, input.params.user, admin);
      return reply(ctx, input);
    },
  });
}

export const deleteUser = route({
  ...common,
  method: "delete",
  path: "/v1/users/{user}",
  name: "deleteUser",
  access: "user.delete",
  summary: "Delete an account, its sign-ins and its tokens",
  description: "Its requests stay, and administrators may read them.",
  params: schema.personParams,
  responses: {
    204: { description: "It is deleted." },
    409: {
      description: "It is one's own, or the last administrator's; or identity is off.",
    },
  },
  async handler(ctx, { caller, params }) {
    await removeUser(ctx, caller, params.user);
    return { status: 204 };
  },
});

async function reply(
  ctx: Context,
  { caller, params }: Pick<Input<{ user: string }, unknown, unknown>, "caller" | "params">,
) {
  const body = schema.personView(await readPerson(ctx, caller, params.user));
  return { status: 200, headers, body };
}
