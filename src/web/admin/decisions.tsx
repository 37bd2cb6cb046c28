// What administrators decide about people: buttons, and the calls that they make.
import type { Caller } from "../../auth/caller.ts";
import type { Context } from "../../deps.ts";
import { parsePathParameters } from "../../http/parse.ts";
import { personParams } from "../../http/schemas/people.ts";
import { changeAdmin } from "../../users/admins.ts";
import { approve, reject } from "../../users/approve.ts";
import type { PersonRow } from "../../users/people.ts";
import type { Action } from "../../users/policy.ts";
import { removeUser } from "../../users/remove.ts";
import { restore, suspend } from "../../users/suspend.ts";
import { redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { PostForm } from "../post-form.tsx";

interface Verb {
  word: string;
  access: Action;
  isDanger?: true;
  do(ctx: Context, caller: Caller, user: string): Promise<unknown>;
}

const verbs = {
  approve: { word: "Approve", access: "user.change", do: (...of) => approve(...of) },
  reject: { word: "Reject", access: "user.change", isDanger: true, do: (...of) => reject(...of) },
  suspend: { word: "Suspend", access: "user.change", isDanger: true, do: suspend },
  restore: { word: "Let in again", access: "user.change", do: restore },
  admin: {
    word: "Make an administrator",
    access: "user.change",
    do: (ctx, caller, user) => changeAdmin(ctx, caller, user, true),
  },
  "no-admin": {
    word: "Make an ordinary user",
    access: "user.change",
    do: (ctx, caller, user) => changeAdmin(ctx, caller, user, false),
  },
  delete: { word: "Delete it", access: "user.delete", isDanger: true, do: removeUser },
} as const satisfies Record<string, Verb>;

export type VerbName = keyof typeof verbs;

export const decisionPages: Page[] = Object.entries<Verb>(verbs).map(
  ([name, { access, do: decide }]): Page => ({
    method: "post",
    path: `/admin/users/{user}/${name}`,
    access,
    async answer({ ctx, caller, links, params, form }) {
      const { user } = parsePathParameters(personParams, params);
      await decide(ctx, caller, user);
      const isInList = form.from === "list" || name === "delete";
      const back = isInList ? "?state=pending" : `/${encodeURIComponent(user)}`;
      return redirectTo(links.to(`/admin/users${back}`));
    },
  }),
);

/** `isInList`: the list is shown again, and names whom a button is about. */
export function Decisions({
  ctx,
  links,
  person,
  verbs: names,
  isInList = false,
}: Pick<PageCall, "ctx" | "links"> & {
  person: PersonRow;
  verbs: readonly VerbName[];
  isInList?: boolean;
}) {
  const whom = person.name ?? person.email ?? `account ${person.number}`;
  return (
    <div class="actions">
      {names.map((name) => {
        const { word, isDanger }: Verb = verbs[name];
        return (
          <PostForm
            ctx={ctx}
            action={links.to(`/admin/users/${encodeURIComponent(person.id)}/${name}`)}
          >
            {isInList ? <input type="hidden" name="from" value="list" /> : null}
            <button
              type="submit"
              class={isDanger ? "danger" : undefined}
              aria-label={isInList ? `${word} ${whom}` : undefined}
            >
              {word}
            </button>
          </PostForm>
        );
      })}
    </div>
  );
}
