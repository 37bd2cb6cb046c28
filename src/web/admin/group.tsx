// One group: who is in it, and what is bound to it.
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { RequestError } from "../../errors.ts";
import { parse, parsePathParameters } from "../../http/parse.ts";
import { binding as bindingBody, groupParams } from "../../http/schemas/groups.ts";
import {
  type Binding,
  type BindingKind,
  bind,
  bindingKinds,
  unbind,
} from "../../users/bindings.ts";
import {
  deleteGroup,
  type GroupWithAll,
  joinGroup,
  leaveGroup,
  type Member,
  readGroup,
} from "../../users/groups.ts";
import { personCalled } from "../../users/people.ts";
import { toFirstPage } from "../account/first-page.ts";
import { Field } from "../account/profile-fields.tsx";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { Table, Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { counted } from "../words.ts";
import { Problem } from "./groups.tsx";

const path = "/admin/groups/{id}";

const one: Page = {
  method: "get",
  path,
  access: "group.read",
  answer: (call) => (call.ctx.config.identity ? show(call) : toFirstPage(call.links)),
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
        return show(call, { about: name, problem: error });
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

interface Refused {
  about: string;
  problem: RequestError;
}

async function show({ ctx, caller, links, params, form }: PageCall, refused?: Refused) {
  const { id } = parsePathParameters(groupParams, params);
  const found = await readGroup(ctx, caller, id);
  const { name, bindings } = found.group;
  const problemOf = (about: string) => (refused?.about === about ? refused.problem : undefined);
  const to = (verb: string) => links.to(`/admin/groups/${id}/${verb}`);
  return pageReply(
    ctx,
    { title: "A group", status: refused?.problem.status ?? 200 },
    <>
      <p>
        <a href={links.to("/admin/groups")}>Groups</a>
      </p>
      <h1>
        <Text most={100}>{name}</Text>
      </h1>
      <section aria-labelledby="members">
        <h2 id="members">Members</h2>
        <Members found={found} ctx={ctx} links={links} />
        <PostForm ctx={ctx} action={to("join")} class="fields">
          <Problem problem={problemOf("join")} />
          <Field
            id="person"
            label="An account: its number, its email address or its id"
            value={form.person}
            most={254}
            required
          />
          <button type="submit">Put into the group</button>
        </PostForm>
      </section>
      <section aria-labelledby="bindings">
        <h2 id="bindings">Read for members alone</h2>
        <Bindings found={found} links={links} />
        <PostForm ctx={ctx} action={to("bind")} class="fields">
          <Problem problem={problemOf("bind")} />
          <p>
            <label for="kind">What</label>
            <select id="kind" name="kind">
              {bindingKinds.map((kind) => (
                <option value={kind} selected={form.kind === kind}>
                  {whatKinds[kind]}
                </option>
              ))}
            </select>
          </p>
          <Field id="target" label="Which" value={form.target} most={4096} required />
          <button type="submit">Bind it to the group</button>
        </PostForm>
      </section>
      <section aria-labelledby="delete">
        <h2 id="delete">Delete the group</h2>
        {bindings > 0 ? (
          <p>That is possible when nothing is bound to it any more.</p>
        ) : (
          <PostForm ctx={ctx} action={to("delete")} class="actions">
            <button type="submit" class="danger">
              Delete the group
            </button>
          </PostForm>
        )}
      </section>
      <p>
        <a href={`${links.to("/admin/acts")}?subject=${id}`}>What was done to it</a>
      </p>
    </>,
  );
}

const whatKinds: Record<BindingKind, string> = {
  root: "a folder, such as /data/calibration",
  host: "a host, such as data.example.org",
  dataset: "a dataset, such as rucio://scope:*",
};

type Shown = Pick<PageCall, "links"> & { found: GroupWithAll };

function Members({ found: { group, members }, ctx, links }: Shown & Pick<PageCall, "ctx">) {
  if (members.length === 0) return <p>There are none.</p>;
  return (
    <Table
      columns={[{ title: "Name" }, { title: "Email", class: "wide" }, { title: "Membership" }]}
      rows={members.map((member) => [
        <a href={links.to(`/admin/users/${encodeURIComponent(member.user)}`)}>
          <Text most={100}>{memberName(member)}</Text>
        </a>,
        member.email === undefined ? "–" : <Text most={100}>{member.email}</Text>,
        <PostForm ctx={ctx} action={links.to(`/admin/groups/${group.id}/leave`)}>
          <input type="hidden" name="person" value={member.user} />
          <button type="submit" class="danger" aria-label={`Take out ${memberName(member)}`}>
            Take out
          </button>
        </PostForm>,
      ])}
    />
  );
}

function memberName({ name, email, user }: Member): string {
  return name ?? email ?? user;
}

function Bindings({ found: { group, bindings }, links }: Shown) {
  if (bindings.length === 0) return <p>Nothing is bound to it.</p>;
  const question = ({ kind, target }: Binding) =>
    `${links.to(`/admin/groups/${group.id}/unbind`)}?${new URLSearchParams({ kind, target })}`;
  return (
    <>
      <p>
        <small>{counted(bindings.length, "binding")}</small>
      </p>
      <Table
        columns={[{ title: "Which" }, { title: "What" }, { title: "Binding" }]}
        rows={bindings.map((binding) => [
          <Text most={300}>{binding.target}</Text>,
          words[binding.kind],
          <a href={question(binding)} aria-label={`Remove the binding of ${binding.target}`}>
            Remove
          </a>,
        ])}
      />
    </>
  );
}

const words: Record<BindingKind, string> = { root: "folder", host: "host", dataset: "dataset" };
