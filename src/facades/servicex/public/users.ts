import type { Caller } from "../../../auth/caller.ts";
import type { Deps } from "../../../deps.ts";
import { RequestError } from "../../../errors.ts";
import { approve } from "../../../users/approve.ts";
import {
  listPeople,
  type PersonRow,
  personByEmail,
  personByNumber,
} from "../../../users/people.ts";
import { removeEverybody, removePending, removeUser } from "../../../users/remove.ts";
import { type UserState, userMoves } from "../../../users/state.ts";
import type { Call, Endpoint } from "../../endpoint.ts";
import { readJsonOrForm } from "../body.ts";
import { badRequest, isNotFound, shown } from "../errors.ts";
import { writeJsonList } from "../json-list.ts";

const pageSize = 500;

export const listUsers: Endpoint = {
  method: "get",
  path: "/users",
  access: "user.read",
  answer: (call) =>
    list(call, undefined, (person) => ({ ...brief(person), pending: waits(person) })),
};

export const deleteUsers: Endpoint = {
  method: "delete",
  path: "/users",
  access: "user.delete",
  async answer({ ctx, caller, query }) {
    const confirm = query.get("confirm");
    if (confirm !== null && !/^\d{1,9}$/.test(confirm))
      throw badRequest("confirm is the number of accounts that are to be deleted.");
    const confirmed = confirm === null ? undefined : Number(confirm);
    return deletedRows(await removeEverybody(ctx, caller, confirmed));
  },
};

export const deleteUser: Endpoint = {
  method: "delete",
  path: "/users/:id",
  access: "user.delete",
  async answer({ ctx, caller, params }) {
    const number = params.id ?? "";
    const missing = `user ${shown(number)} not found`;
    const { id } = await known(personByNumber(ctx, caller, number), missing);
    await known(removeUser(ctx, caller, id), missing);
    return { status: 200, body: { message: `user ${number} has been deleted` } };
  },
};

export const listPending: Endpoint = {
  method: "get",
  path: "/pending",
  access: "user.read",
  answer: (call) => list(call, userMoves.complete.to, brief),
};

export const deletePending: Endpoint = {
  method: "delete",
  path: "/pending",
  access: "user.delete",
  answer: async ({ ctx, caller }) => deletedRows(await removePending(ctx, caller)),
};

export const acceptUser: Endpoint = {
  method: "post",
  path: "/accept",
  access: "user.change",
  async answer(call) {
    const email = await emailOf(call);
    const { ctx, caller } = call;
    const missing = `No user registered with email: ${shown(email)}`;
    const { id } = await known(personByEmail(ctx, caller, email), missing);
    await known(approve(ctx, caller, id), missing);
    return { status: 200, body: { message: `user ${email} now ready for access` } };
  },
};

/** Of the body, JSON or form, or of the address. */
async function emailOf({ request, query }: Call): Promise<string> {
  const body = await readJsonOrForm(request, 1);
  const { email = query.get("email") } = (body ?? {}) as { email?: unknown };
  if (typeof email !== "string" || email.trim() === "")
    throw badRequest("email: This field cannot be blank");
  if (/\p{C}/u.test(email)) throw badRequest("email: it has characters that no address has");
  return email.trim();
}

function list(
  { ctx, caller, response }: Call,
  state: UserState | undefined,
  view: (person: PersonRow) => object,
) {
  response.setHeader("cache-control", "private, no-store");
  const people = everyone(ctx, caller, state, view);
  return { write: () => writeJsonList(response, "users", people) };
}

async function* everyone(
  ctx: Deps<"people">,
  caller: Caller,
  state: UserState | undefined,
  view: (person: PersonRow) => object,
) {
  let cursor: string | undefined;
  do {
    const page = await listPeople(ctx, caller, { state, cursor, limit: pageSize });
    for (const person of page.items) yield view(person);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

function brief({ email, number, admin }: PersonRow) {
  return { email: email ?? null, id: number, admin };
}

/** ServiceX knows no other reason why somebody may not use it. */
function waits({ state }: PersonRow): boolean {
  return state !== userMoves.approve.to;
}

function deletedRows(count: number) {
  return { status: 200, body: { message: `${count} row(s) deleted` } };
}

async function known<Answer>(asked: Promise<Answer>, missing: string): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) throw new RequestError(404, "not_found", missing);
    throw error;
  }
}
