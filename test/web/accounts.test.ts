// What people see and change of their own account and tokens, and administrators of people.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loggerTo } from "../../src/log.ts";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, type PersonOptions } from "../support/people.ts";
import { openPersonBrowser, type PersonBrowser } from "../support/person-browser.ts";

const markup = `<img src=x onerror="alert(1)">`;
const issuer = "https://provider.example";

let api: Api;
const logged: string[] = [];

beforeAll(async () => {
  api = await openApi({
    env: { ENABLE_AUTH: "true", JWT_REFRESH_TOKEN_EXPIRES: "8640000" },
    log: loggerTo({ write: (line) => logged.push(line) }, "trace"),
  });
});
afterAll(() => api.close());

const query = <Row extends object>(sql: string, values: unknown[] = []) =>
  api.ledger.ctx.db.query<Row>(sql, values);

interface Somebody extends PersonBrowser {
  id: string;
}

/** `email`: as their provider says it. */
async function somebody({
  name = "A person",
  email,
  ...options
}: PersonOptions & { name?: string; email?: string } = {}): Promise<Somebody> {
  const { id } = await addPerson(api.ledger.ctx, options);
  await query("UPDATE users SET name = $2, email = $3 WHERE id = $1", [id, name, email]);
  await query(
    `INSERT INTO identities (issuer, subject, user_id, username, email)
     VALUES ($1, $2, $2, $3, $4)`,
    [issuer, id, `user-of-${name}`.slice(0, 100), email],
  );
  return { id, ...(await openPersonBrowser(api, id)) };
}

async function stateOf(id: string): Promise<string | undefined> {
  const [row] = await query<{ state: string }>("SELECT state FROM users WHERE id = $1", [id]);
  return row?.state;
}

const alertIn = (text: string) => /role="alert">([^<]*)</.exec(text)?.[1];

describe("one's own account", () => {
  const profile = { name: "Ann", institution: "University of Examples" };

  test("who is new says who they are, and then waits for approval", async () => {
    const ann = await somebody({ state: "new" });
    expect((await ann.open("/profile")).text).toContain("Ask for approval</button>");
    const sent = await ann.send("/profile", { ...profile, experiment: "ATLAS" });
    expect([sent.status, sent.headers.location]).toEqual([303, "/profile"]);
    expect(await stateOf(ann.id)).toBe("pending");
    const { text } = await ann.open("/profile");
    expect(text).toContain("waits for an administrator");
    for (const word of ["Ann", "University of Examples", "ATLAS", "provider.example"])
      expect(text).toContain(`<bdi>${word}</bdi>`);
  });

  test("a form that is not accepted is shown again with what was typed, and why", async () => {
    const ann = await somebody({ state: "new", name: "Before" });
    const sent = await ann.send("/profile", { name: "  ", institution: `Lab ${markup}` });
    expect(sent.status).toBe(400);
    expect(alertIn(sent.text)).toContain("name");
    expect(sent.text).toContain('value="Lab &lt;img src=x onerror=&quot;alert(1)&quot;&gt;"');
    expect(sent.text).not.toContain("<img");
    expect(await stateOf(ann.id)).toBe("new");
  });

  test("an address is typed only where no sign-in gives one, and is then not verified", async () => {
    const without = await somebody({ state: "new" });
    expect((await without.open("/profile")).text).toContain('type="email"');
    await without.send("/profile", { ...profile, email: "ann@example.org" });
    const rows = await query("SELECT email, email_verified FROM users WHERE id = $1", [without.id]);
    expect(rows).toEqual([{ email: "ann@example.org", email_verified: false }]);
    expect((await without.open("/profile")).text).toContain("which nobody has verified");
    const given = await somebody({ state: "new", email: "bob@example.org" });
    expect((await given.open("/profile")).text).not.toContain('type="email"');
    const sent = await given.send("/profile", { ...profile, email: "boss@example.org" });
    expect(sent.status).toBe(409);
  });

  test("a form without this session's proof changes nothing", async () => {
    const [ann, bob] = [await somebody({ state: "new" }), await somebody()];
    const csrf = /name="csrf" value="([^"]+)"/.exec((await bob.open("/profile")).text)?.[1] ?? "";
    for (const wrong of ["", csrf])
      expect((await ann.send("/profile", { ...profile, csrf: wrong })).status).toBe(403);
    expect(await stateOf(ann.id)).toBe("new");
  });
});

describe("API tokens", () => {
  const refresh = (token: string) =>
    api.post("/token/refresh", {}, { authorization: `Bearer ${token}` });
  const tokenIn = (text: string) => /id="api-token">([^<]+)</.exec(text)?.[1] ?? "";

  async function idOf(owner: Somebody, name: string): Promise<string> {
    const rows = await query<{ id: string }>(
      "SELECT id FROM api_tokens WHERE user_id = $1 AND name = $2 AND revoked_at IS NULL",
      [owner.id, name],
    );
    return rows[0]?.id ?? "";
  }

  test("the page that makes one shows it with servicex.yaml, and no other page does", async () => {
    const ann = await somebody();
    const made = await ann.send("/tokens", { name: "laptop", read: "yes", submit: "yes" });
    expect([made.status, made.headers["cache-control"]]).toEqual([200, "no-store"]);
    const secret = tokenIn(made.text);
    expect((await refresh(secret)).status).toBe(200);
    expect(made.text).toContain(`    token: ${secret}`);
    expect(made.text).toContain(encodeURIComponent(`    token: ${secret}`));
    const id = await idOf(ann, "laptop");
    for (const path of ["/tokens", `/tokens/${id}`, "/profile", "/"]) {
      const { status, text } = await ann.open(path);
      expect([status, text.includes(secret)], path).toEqual([200, false]);
    }
    expect((await ann.open(`/tokens/${id}`)).text).toContain("on this website");
    expect((await ann.open("/tokens")).text).toContain(`href="/tokens/${id}"`);
    // Loading the answer again makes no second one.
    const again = await ann.send("/tokens", { name: "laptop", read: "yes" });
    expect([again.status, alertIn(again.text)]).toEqual([
      409,
      expect.stringContaining("There is a token"),
    ]);
    expect(again.text).toContain('value="laptop"');
    expect(logged.join("")).not.toContain(secret);
  });

  test("one is replaced, and the old one is refused; one is revoked", async () => {
    const ann = await somebody();
    const first = tokenIn((await ann.send("/tokens", { name: "job", read: "yes" })).text);
    const replaced = await ann.send(`/tokens/${await idOf(ann, "job")}/replace`);
    const second = tokenIn(replaced.text);
    expect(second).not.toBe(first);
    expect([(await refresh(first)).status, (await refresh(second)).status]).toEqual([401, 200]);
    const id = await idOf(ann, "job");
    const revoked = await ann.send(`/tokens/${id}/revoke`);
    expect([revoked.status, revoked.headers.location]).toEqual([303, "/tokens"]);
    expect((await refresh(second)).status).toBe(401);
    expect((await ann.open(`/tokens/${id}`)).status).toBe(404);
    expect((await ann.open("/tokens")).text).not.toContain(id);
  });

  test.each([
    [{ read: "yes" }, 400, "name"],
    [{ name: "x" }, 400, "scopes"],
    [{ name: "x", read: "yes", days: "0" }, 400, "days"],
    [{ name: "x", read: "yes", days: "101" }, 422, "100 days at most"],
    [{ name: "x", admin: "yes" }, 403, "Only an administrator"],
  ])("a form with %j is answered %d with a sentence about %j", async (fields, status, about) => {
    const ann = await somebody();
    const sent = await ann.send("/tokens", fields as unknown as Record<string, string>);
    expect([sent.status, alertIn(sent.text)]).toEqual([status, expect.stringContaining(about)]);
    expect(await idOf(ann, "x")).toBe("");
  });

  test("those of others are not found, and a waiting account has none", async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    await ann.send("/tokens", { name: "mine", read: "yes" });
    const id = await idOf(ann, "mine");
    expect((await bob.open(`/tokens/${id}`)).status).toBe(404);
    expect((await bob.send(`/tokens/${id}/revoke`)).status).toBe(404);
    expect((await bob.send(`/tokens/${id}/replace`)).status).toBe(404);
    expect(await idOf(ann, "mine")).toBe(id);
    const waiting = await somebody({ state: "pending" });
    const refused = await waiting.open("/tokens");
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('href="/profile">Your account</a>');
  });
});

describe("administrators", () => {
  test("approve from the list of those who wait, and both who press at once are right", async () => {
    const [one, two] = [await somebody({ admin: true }), await somebody({ admin: true })];
    const ann = await somebody({ state: "pending", name: `Ann ${markup}`, email: "a@b.example" });
    expect((await one.open("/")).text).toContain("People wait for approval");
    const { text } = await one.open("/admin/users?state=pending");
    expect(text).toContain(`action="/admin/users/${ann.id}/approve"`);
    expect(text).toContain("Ann &lt;img");
    expect(text).not.toContain("<img");
    const pressed = await Promise.all(
      [one, two].map((admin) => admin.send(`/admin/users/${ann.id}/approve`, { from: "list" })),
    );
    expect(pressed.map(({ status, headers }) => [status, headers.location])).toEqual(
      Array(2).fill([303, "/admin/users?state=pending"]),
    );
    expect(await stateOf(ann.id)).toBe("approved");
    const acts = await query("SELECT act FROM acts WHERE subject = $1", [ann.id]);
    expect(acts).toEqual([{ act: "user.approve" }]);
  });

  test("see one person, decide about them, and read it in the log", async () => {
    const boss = await somebody({ admin: true, name: "The boss" });
    const ann = await somebody({ name: "Ann", email: "ann@uni.example" });
    await ann.send("/tokens", { name: "night job", read: "yes" });
    const page = `/admin/users/${ann.id}`;
    const shown = (await boss.open(page)).text;
    for (const word of ["user-of-Ann", "ann@uni.example", "night job", "Make an administrator"])
      expect(shown).toContain(word);
    for (const [verb, state] of [
      ["suspend", "suspended"],
      ["restore", "approved"],
      ["admin", "approved"],
      ["no-admin", "approved"],
    ] as const) {
      expect((await boss.send(`${page}/${verb}`)).headers.location, verb).toBe(page);
      expect(await stateOf(ann.id), verb).toBe(state);
    }
    const log = (await boss.open(`/admin/acts?subject=${ann.id}`)).text;
    for (const words of ["Suspended:", "Let in again:", "Made an administrator:"])
      expect(log).toContain(words);
    expect(log).toContain("<bdi>The boss</bdi>");
    expect((await boss.open(`${page}/delete`)).text).toContain("Delete it</button>");
    expect(await stateOf(ann.id)).toBe("approved");
    await boss.send(`${page}/delete`);
    expect(await stateOf(ann.id)).toBe("deleted");
    expect((await boss.open(page)).text).not.toContain("ann@uni.example");
  });

  test("see which requests of a person go on, also when the account is shut out", async () => {
    const [boss, ann] = [await somebody({ admin: true }), await somebody()];
    const page = `/admin/users/${ann.id}`;
    const section = async () =>
      /<h2 id="requests">[\s\S]*?<\/section>/.exec((await boss.open(page)).text)?.[0] ?? "";
    expect(await section()).toContain("There are none.");
    expect((await boss.open(`${page}/delete`)).text).not.toContain("not ended");
    const id = await api.ledger.submit(1, { owner: ann.id });
    expect(await section()).toContain(`href="/requests/${id}"`);
    expect(await section()).not.toContain("They go on");
    expect((await boss.open(`${page}/delete`)).text).toContain(
      "One request has not ended. It goes on unless somebody cancels it.",
    );
    await boss.send(`${page}/suspend`);
    expect(await section()).toContain("They go on although the account is suspended");
    await boss.send(`${page}/delete`);
    expect(await section()).toContain(`href="/requests/${id}"`);
    await boss.send(`/requests/${id}/cancel`);
    await api.ledger.ended(id);
    expect(await section()).toContain("There are none.");
  });

  test("decide nothing about themselves", async () => {
    const boss = await somebody({ admin: true });
    const page = `/admin/users/${boss.id}`;
    expect((await boss.open(page)).text).not.toContain(`${page}/suspend`);
    for (const verb of ["suspend", "no-admin", "delete"])
      expect((await boss.send(`${page}/${verb}`)).status).toBe(409);
    expect(await stateOf(boss.id)).toBe("approved");
  });

  test("revoke a token of somebody's, and do not get it by replacing it", async () => {
    const [boss, ann] = [await somebody({ admin: true }), await somebody()];
    await ann.send("/tokens", { name: "t", read: "yes" });
    const [{ id } = { id: "" }] = await query<{ id: string }>(
      "SELECT id FROM api_tokens WHERE user_id = $1 AND name = 't'",
      [ann.id],
    );
    expect((await boss.open(`/tokens/${id}`)).text).not.toContain("Replace it");
    expect((await boss.send(`/tokens/${id}/replace`)).status).toBe(404);
    const revoked = await boss.send(`/tokens/${id}/revoke`);
    expect(revoked.headers.location).toBe(`/admin/users/${ann.id}`);
    expect((await ann.open(`/tokens/${id}`)).status).toBe(404);
  });

  test("have everybody's requests beside their own; others have theirs alone", async () => {
    const [boss, ann] = [await somebody({ admin: true }), await somebody({ name: "Ann B" })];
    const [mine, hers] = [
      await api.ledger.submit(1, { owner: boss.id }),
      await api.ledger.submit(1, { owner: ann.id }),
    ];
    const requestsIn = (text: string) => [mine, hers].filter((id) => text.includes(id));
    const own = (await boss.open("/")).text;
    expect(requestsIn(own)).toEqual([mine]);
    expect(own).toMatch(/<a href="\/#requests" aria-current="page">Mine/);
    const all = (await boss.open("/?owner=all")).text;
    expect(requestsIn(all)).toEqual([mine, hers]);
    expect(all).toContain("of <bdi>Ann B</bdi>");
    const hersAlone = (await ann.open("/?owner=all")).text;
    expect(requestsIn(hersAlone)).toEqual([hers]);
    expect(hersAlone).not.toContain("Everybody");
  });

  test("alone see people and the log", async () => {
    const ann = await somebody();
    for (const path of ["/admin/users", `/admin/users/${ann.id}`, "/admin/acts"])
      expect((await ann.open(path)).status, path).toBe(403);
    expect((await ann.send(`/admin/users/${ann.id}/admin`)).status).toBe(403);
    expect((await ann.open("/")).text).not.toContain("/admin/");
  });

  test("go from page to page of people, each once", async () => {
    const boss = await somebody({ admin: true });
    await query(
      `INSERT INTO users (id, state)
       SELECT 'refused-' || n, 'rejected' FROM generate_series(1, 60) n`,
    );
    const seen: string[] = [];
    let next: string | undefined = "/admin/users";
    while (next) {
      const { text }: { text: string } = await boss.open(next);
      seen.push(...[...text.matchAll(/href="\/admin\/users\/([^"/]+)"/g)].map(([, id = ""]) => id));
      next = /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
    }
    const [{ count } = { count: "0" }] = await query<{ count: string }>(
      "SELECT count(*) FROM users WHERE state <> 'deleted'",
    );
    expect([seen.length, new Set(seen).size]).toEqual([Number(count), Number(count)]);
    expect((await boss.open("/admin/users?state=lost")).status).toBe(400);
  });
});

test.each([
  ["/dashboard", "/#requests"],
  ["/global-dashboard", "/?owner=all#requests"],
  ["/api-token", "/tokens"],
  ["/profile/new", "/profile"],
  ["/profile/edit", "/profile"],
  ["/.servicex", "/tokens"],
])("ServiceX's page %s leads to %s", async (path, to) => {
  const ann = await somebody();
  const answer = await ann.open(path);
  expect([answer.status, answer.headers.location]).toEqual([302, to]);
});
