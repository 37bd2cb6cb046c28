// Keys of programs and of other services, as administrators see, make and revoke them.
import { createKey, listKeys, revokeKey } from "../../auth/keys/keys.ts";
import { identityOff } from "../../db/people.ts";
import { RequestError } from "../../errors.ts";
import { parse, parsePathParameters } from "../../http/parse.ts";
import type { Reply } from "../../http/route.ts";
import { keyBody, keyParams } from "../../http/schemas/access-keys.ts";
import { personCalled } from "../../users/people.ts";
import { toFirstPage } from "../account/first-page.ts";
import { Problem } from "../fields.tsx";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Page, PageCall } from "../page.ts";
import { PostForm } from "../post-form.tsx";
import { Fields, uses } from "./key-fields.tsx";
import { Keys } from "./key-list.tsx";
import { showMadeKey } from "./key-made.tsx";

const path = "/admin/keys";

const list: Page = {
  method: "get",
  path,
  access: "key.read",
  answer: (call) => (call.ctx.config.identity ? show(call) : toFirstPage(call.links)),
};

const create: Page = {
  method: "post",
  path,
  access: "key.change",
  async answer(call) {
    const { ctx, caller, links } = call;
    if (!ctx.config.identity) throw identityOff();
    try {
      const { most_files: mostFiles, ...wanted } = parse(keyBody, await wantedOf(call));
      return showMadeKey(ctx, links, await createKey(ctx, caller, { ...wanted, mostFiles }));
    } catch (error) {
      if (!(error instanceof RequestError) || !ofForm.has(error.code)) throw error;
      return show(call, error);
    }
  },
};

const revoke: Page = {
  method: "post",
  path: `${path}/{id}/revoke`,
  access: "key.change",
  async answer({ ctx, caller, links, params }) {
    if (!ctx.config.identity) throw identityOff();
    await revokeKey(ctx, caller, parsePathParameters(keyParams, params).id);
    return redirectTo(links.to(path));
  },
};

export const keyPages: Page[] = [list, create, revoke];

/** What another text in the form helps against. */
const ofForm: ReadonlySet<string> = new Set([
  "bad_input",
  "bad_facade",
  "bad_owner",
  "name_taken",
  "no_such_account",
]);

/** The body of POST /v1/access-keys that the form means. */
async function wantedOf({ ctx, caller, form }: PageCall): Promise<object> {
  const { name = "", person, days, most_files: files, roots } = form;
  const use = uses.find((one) => one.word === form.use);
  return {
    kind: use?.kind,
    name,
    ...(use?.facade && { facade: use.facade }),
    ...(person !== undefined && { owner: (await personCalled(ctx, caller, person)).id }),
    ...(days !== undefined && { days: Number(days) }),
    ...(files !== undefined && { most_files: Number(files) }),
    ...(roots !== undefined && { roots: linesOf(roots) }),
  };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

async function show(call: PageCall, problem?: RequestError): Promise<Reply> {
  const { ctx, caller, links, form } = call;
  const keys = await listKeys(ctx, caller);
  return pageReply(
    ctx,
    { title: "Keys", status: problem?.status ?? 200 },
    <>
      <h1>Keys</h1>
      <p class="lead">
        A key is for a caller that is no person: a program that works in somebody’s name, Globus
        that asks for files from tape, or another service. It is shown once, when it is made.
      </p>
      {keys.length === 0 ? <p>There are none.</p> : <Keys keys={keys} call={call} />}
      <section aria-labelledby="make">
        <h2 id="make">Make one</h2>
        <PostForm ctx={ctx} action={links.to(path)} class="fields">
          <Problem problem={problem} />
          <Fields typed={form} />
          <button type="submit">Make the key</button>
        </PostForm>
      </section>
    </>,
  );
}
