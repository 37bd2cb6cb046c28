// The page of one group: who is in it, and what is bound to it.
import type { RequestError } from "../../errors.ts";
import { parsePathParameters } from "../../http/parse.ts";
import { groupParams } from "../../http/schemas/groups.ts";
import { type Binding, type BindingKind, bindingKinds } from "../../users/bindings.ts";
import { type GroupWithAll, type Member, readGroup } from "../../users/groups.ts";
import { Field, Problem } from "../fields.tsx";
import { pageReply } from "../layout.tsx";
import type { PageCall } from "../page.ts";
import { Table, Text } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import { counted } from "../words.ts";

/** A change that was refused: its form says why. */
export interface Refused {
  about: string;
  problem: RequestError;
}

export async function showGroup({ ctx, caller, links, params, form }: PageCall, refused?: Refused) {
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
                  {`a ${kinds[kind].word}, such as ${kinds[kind].example}`}
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

const kinds: Record<BindingKind, { word: string; example: string }> = {
  root: { word: "folder", example: "/data/calibration" },
  host: { word: "host", example: "data.example.org" },
  dataset: { word: "dataset", example: "rucio://scope:*" },
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
          kinds[binding.kind].word,
          <a href={question(binding)} aria-label={`Remove the binding of ${binding.target}`}>
            Remove
          </a>,
        ])}
      />
    </>
  );
}
