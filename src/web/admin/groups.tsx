// Groups of people, as administrators see and make them.
import { RequestError } from "../../errors.ts";
import { parse } from "../../http/parse.ts";
import type { Reply } from "../../http/route.ts";
import { groupBody } from "../../http/schemas/groups.ts";
import { createGroup, type Group, listGroups } from "../../users/groups.ts";
import { toFirstPage } from "../account/first-page.ts";
import { Field, Problem } from "../fields.tsx";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page, PageCall } from "../page.ts";
import { Table, Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { counted } from "../words.ts";

const path = "/admin/groups";

const list: Page = {
  method: "get",
  path,
  access: "group.read",
  answer: (call) => (call.ctx.config.identity ? show(call) : toFirstPage(call.links)),
};

const create: Page = {
  method: "post",
  path,
  access: "group.change",
  async answer(call) {
    const { ctx, caller, form, links } = call;
    try {
      const { name } = parse(groupBody, { name: form.name ?? "" });
      const { id } = await createGroup(ctx, caller, name);
      return redirectTo(links.to(`${path}/${id}`));
    } catch (error) {
      if (!(error instanceof RequestError) || !ofForm.has(error.code)) throw error;
      return show(call, error);
    }
  },
};

export const groupsPages: Page[] = [list, create];

/** What another name helps against. */
const ofForm: ReadonlySet<string> = new Set(["bad_input", "name_taken", "too_many_groups"]);

async function show({ ctx, caller, links, form }: PageCall, problem?: RequestError) {
  const groups = await listGroups(ctx, caller);
  return pageReply(
    ctx,
    { title: "Groups", status: problem?.status ?? 200 },
    <>
      <h1>Groups</h1>
      <p class="lead">
        What is bound to a group is read for its members alone: folders, hosts and datasets that
        this service may read, and not all of its users.
      </p>
      {groups.length === 0 ? <p>There are none.</p> : <Groups groups={groups} links={links} />}
      <section aria-labelledby="make">
        <h2 id="make">Make one</h2>
        <PostForm ctx={ctx} action={links.to(path)} class="fields">
          <Problem problem={problem} />
          <Field id="name" label="Name" value={form.name} most={100} required />
          <button type="submit">Make the group</button>
        </PostForm>
      </section>
    </>,
  ) satisfies Reply;
}

function Groups({ groups, links }: { groups: readonly Group[]; links: Links }) {
  return (
    <Table
      columns={[
        { title: "Name" },
        { title: "Members", class: "number" },
        { title: "Bindings", class: "number" },
      ]}
      rows={groups.map(({ id, name, members, bindings }) => [
        <a href={links.to(`${path}/${id}`)}>
          <Text most={100}>{name}</Text>
        </a>,
        String(members),
        String(bindings),
      ])}
    />
  );
}

/** On the page of a person. */
export function GroupsOf({ groups, links }: { groups: readonly Group[]; links: Links }) {
  if (groups.length === 0) return <p>Is in none.</p>;
  return (
    <ul class="plain">
      {groups.map(({ id, name, bindings }) => (
        <li>
          <a href={links.to(`${path}/${id}`)}>
            <Text most={100}>{name}</Text>
          </a>{" "}
          <small>{counted(bindings, "binding")}</small>
        </li>
      ))}
    </ul>
  );
}
