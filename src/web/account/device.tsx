// Where a person lets a program have a token, by the code that the program shows. A link never
// does: the page says who asks for what, and a form of it answers.
import { z } from "zod";
import { type AskingDevice, answerDevice, readDevice } from "../../auth/device/decide.ts";
import { RequestError } from "../../errors.ts";
import { parseParameters } from "../../http/parse.ts";
import type { Reply } from "../../http/route.ts";
import { Problem } from "../fields.tsx";
import { pageReply, redirectTo } from "../layout.tsx";
import type { Links } from "../links.ts";
import type { Page } from "../page.ts";
import { Facts, Text, Time } from "../parts.tsx";
import { PostForm } from "../post-form.tsx";
import type { PageContext } from "../visitor.ts";
import { toFirstPage } from "./first-page.ts";

const path = "/device";
const access = "device.approve";

const ask: Page = {
  method: "get",
  path,
  access,
  async answer({ ctx, caller, links, query }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { code, done } = query;
    if (done === "approve" || done === "deny") return donePage(ctx, done);
    if (code === undefined) return codePage(ctx, links, undefined);
    try {
      return askingPage(ctx, links, await readDevice(ctx, caller, code));
    } catch (error) {
      if (error instanceof RequestError && error.code === "no_code")
        return codePage(ctx, links, error.message);
      throw error;
    }
  },
};

const form = z.object({ code: z.string().max(100), answer: z.enum(["approve", "deny"]) });

const answered: Page = {
  method: "post",
  path,
  access,
  async answer({ ctx, caller, links, form: sent }) {
    if (!ctx.config.identity) return toFirstPage(links);
    const { code, answer } = parseParameters(form, sent);
    await answerDevice(ctx, caller, code, answer);
    return redirectTo(`${links.to(path)}?done=${answer}`);
  },
};

export const devicePages: Page[] = [ask, answered];

function codePage(ctx: PageContext, links: Links, problem: string | undefined): Reply {
  return pageReply(
    ctx,
    { title: "Sign in a program", status: problem === undefined ? 200 : 404 },
    <>
      <h1>Sign in a program</h1>
      <Problem problem={problem === undefined ? undefined : { message: problem }} />
      <p class="sentence">
        A program such as <code>longshore login</code> shows you a code. Type it here to see what
        the program asks for.
      </p>
      <form method="get" action={links.to(path)} class="actions">
        <label for="code">Code</label>
        <input
          id="code"
          name="code"
          type="text"
          size={12}
          required
          maxlength={20}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
        <button type="submit">Go on</button>
      </form>
    </>,
  );
}

function askingPage(ctx: PageContext, links: Links, device: AskingDevice): Reply {
  const { client, code, address, createdAt, scopes, refused } = device;
  return pageReply(
    ctx,
    { title: "Let a program in" },
    <>
      <h1>Let this program use the service as you?</h1>
      <p class="notice">
        Go on only if you have started it yourself just now, and it shows this code. Whoever sent
        you here could otherwise do in your name what is listed below.
      </p>
      <Facts
        rows={[
          ["Program", <Text most={60}>{client}</Text>],
          ["Code", <strong>{code}</strong>],
          ["Started", <Time at={createdAt.toISOString()} />],
          ["From", <Text>{address}</Text>],
          ["It may", scopes.length === 0 ? "nothing" : scopes.map((of) => may[of]).join("; ")],
          [
            "It may not",
            refused.length === 0 ? null : `${refused.map((of) => may[of]).join("; ")}, as it asks`,
          ],
        ]}
      />
      <PostForm ctx={ctx} action={links.to(path)} class="actions">
        <input type="hidden" name="code" value={code} />
        {scopes.length === 0 ? null : (
          <button type="submit" name="answer" value="approve">
            Allow it
          </button>
        )}
        <button type="submit" name="answer" value="deny" class="danger">
          Refuse
        </button>
      </PostForm>
    </>,
  );
}

/** What a token with a scope lets its holder do. */
const may = {
  read: "read your requests, files and results",
  submit: "submit, change and delete your requests",
  admin: "do what administrators may",
} as const;

function donePage(ctx: PageContext, done: "approve" | "deny"): Reply {
  const isIn = done === "approve";
  return pageReply(
    ctx,
    { title: isIn ? "The program is in" : "The program is refused" },
    <>
      <h1>{isIn ? "The program is in" : "The program is refused"}</h1>
      <p class="sentence">
        {isIn
          ? "Go back to it: it goes on in some seconds. You may close this page."
          : "It gets no token. You may close this page."}
      </p>
    </>,
  );
}
