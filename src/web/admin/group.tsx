// Changes of one group.
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { parse, parsePathParameters } from "../../http/parse.ts";
import { binding as bindingBody, groupParams } from "../../http/schemas/groups.ts";
import { bind, unbind } from "../../users/bindings.ts";
import { deleteGroup, joinGroup, leaveGroup, readGroup } from "../../users/groups.ts";
import { personCalled } from "../../users/people.ts";
import { toFirstPage } from "../account/first-page.ts";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { showGroup } from "./group-view.tsx";

const path = "/admin/groups/{id}";

const one: Page = {
  method: "get",
  path,
  access: "group.read",
  answer: (call) => (call.ctx.config.identity ? showGroup(call) : toFirstPage(call.links)),
};

type Change = (
  ctx: Context,
  caller: Caller,
  of: { group: string; form: PageCall["form"] },
) => Promise<unknown>;

const changes: Record<"join" | "leave" | "bind" | "unbind", Change> = {
  join: async (ctx, caller, { group, form }) => {
    const { id: user } = await personCalled(ctx, caller, form.person ?? "");
    await joinGroup(ctx, caller, { group, user });
  },
  leave: (ctx, caller, { group, form }) =>
    leaveGroup(ctx, caller, { group, user: form.person ?? "" }),
  bind: (ctx, caller, { group, form: { kind, target } }) =>
    bind(ctx, caller, parse(bindingBody, { kind, target: target?.trim() ?? "", group })),
  unbind: (ctx, caller, { group, form: { kind, target } }) =>
    unbind(ctx, caller, parse(bindingBody, { kind, target, group })),
};

const changePages = Object.entries(changes).map(
  ([name, change]): Page => ({
    method: "post",
    path: `${path}/${name}`,
    access: "group.change",
    async answer(call) {
      const { ctx, caller, links, params, form } = call;
      const { id: group } = parsePathParameters(groupParams, params);
      try {
        await change(ctx, caller, { group, form });
      } catch (error) {
        if (!(error instanceof RequestError) || !ofForm.has(error.code)) throw error;
        return showGroup(call, { about: name, problem: error });
      }
      return redirectTo(links.to(`/admin/groups/${group}`));
    },
  }),
);

/** What is bound to no group any more is open to all: it is asked for. */
const question: Page = {
  method: "get",
  path: `${path}/unbind`,
  access: "group.change",
  async answer({ ctx, caller, links, params, query }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { id } = parsePathParameters(groupParams, params);
    const { group } = await readGroup(ctx, caller, id);
    const { kind, target } = parse(bindingBody, { ...query, group: id });
    return pageReply(
      ctx,
      { title: "Remove a binding" },
      <>
        <h1>
          Have <Text most={200}>{target}</Text> bound to <Text most={100}>{group.name}</Text> no
          more?
        </h1>
        <p>
          If it is bound to no other group, this service reads it for everybody who may submit
          requests. To keep it closed to all, bind it to a group without members.
        </p>
        <PostForm ctx={ctx} action={links.to(`/admin/groups/${id}/unbind`)} class="actions">
          <input type="hidden" name="kind" value={kind} />
          <input type="hidden" name="target" value={target} />
          <button type="submit" class="danger">
            Remove the binding
          </button>
        </PostForm>
        <p>
          <a href={links.to(`/admin/groups/${id}`)}>Keep it</a>
        </p>
      </>,
    );
  },
};

const remove: Page = {
  method: "post",
  path: `${path}/delete`,
  access: "group.change",
  async answer({ ctx, caller, links, params }) {
    const { id } = parsePathParameters(groupParams, params);
    await deleteGroup(ctx, caller, id);
    return redirectTo(links.to("/admin/groups"));
  },
};

export const groupPages: Page[] = [one, ...changePages, question, remove];

/** What another text in the form helps against. */
const ofForm: ReadonlySet<string> = new Set([
  "bad_input",
  "bad_target",
  "no_such_account",
  "several_accounts",
  "too_many_bindings",
]);
