// Administrators make groups and bind what only their members read, on pages.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { addPerson } from "../support/people.ts";
import { openPersonBrowser, type PersonBrowser } from "../support/person-browser.ts";

const markup = `<img src=x onerror="alert(1)">`;
let api: Api;
let boss: PersonBrowser;
let ann: string;
let annsBrowser: PersonBrowser;

beforeAll(async () => {
  const env = { ENABLE_AUTH: "true", VALID_DID_SCHEMES: "rucio", INTERNAL_PORT: "0" };
  api = await openApi({ env });
  const { ctx } = api.ledger;
  boss = await openPersonBrowser(api, (await addPerson(ctx, { admin: true })).id);
  ann = (await addPerson(ctx)).id;
  annsBrowser = await openPersonBrowser(api, ann);
  await query("UPDATE users SET name = $2, email = $3 WHERE id = $1", [
    ann,
    `Ann ${markup}`,
    "ann@uni.example",
  ]);
});
afterAll(() => api.close());

const query = <Row extends object>(sql: string, values: unknown[] = []) =>
  api.ledger.ctx.db.query<Row>(sql, values);
const textOf = (html: string) =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"');
const alertIn = (text: string) => /role="alert">([^<]*)</.exec(text)?.[1];

async function make(name: string): Promise<string> {
  const made = await boss.send("/admin/groups", { name });
  expect(made.status, made.text).toBe(303);
  return String(made.headers.location);
}

test("a group is made, filled, bound to, emptied and deleted", async () => {
  const page = await make(` Calibration ${markup}`);
  expect((await boss.open("/admin/groups")).text).toContain(`href="${page}"`);
  const [{ number } = { number: 0 }] = await query<{ number: number }>(
    "SELECT number FROM users WHERE id = $1",
    [ann],
  );
  for (const person of [String(number), " ann@uni.example ", ann]) {
    const joined = await boss.send(`${page}/join`, { person });
    expect([joined.status, joined.headers.location], person).toEqual([303, page]);
    expect((await boss.open(page)).text).toContain(`aria-label="Take out Ann &lt;img`);
    expect((await boss.open(`/admin/users/${ann}`)).text).toContain(`href="${page}"`);
    expect((await boss.send(`${page}/leave`, { person: ann })).status).toBe(303);
  }
  expect((await boss.open(page)).text).not.toContain("Take out");
  const binding = { kind: "root", target: "/data/calibration" };
  expect(
    (await boss.send(`${page}/bind`, { ...binding, target: " /data/calibration/" })).status,
  ).toBe(303);
  const shown = (await boss.open(page)).text;
  expect(shown).toContain("<bdi>/data/calibration</bdi>");
  expect(shown).not.toContain("Delete the group</button>");
  expect(shown).not.toContain("<img");
  expect((await boss.send(`${page}/delete`)).status).toBe(409);
  const question = /href="([^"]+\/unbind\?[^"]+)"/.exec(shown)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect((await boss.open(question)).text).toContain("for everybody who may submit");
  expect((await boss.send(`${page}/unbind`, binding)).headers.location).toBe(page);
  expect((await boss.send(`${page}/delete`)).headers.location).toBe("/admin/groups");
  expect((await boss.open(page)).status).toBe(404);
  const log = (await boss.open("/admin/acts")).text;
  for (const words of ["Group made:", "Put into a group:", "Bound to a group:", "Group deleted:"])
    expect(log).toContain(words);
  expect(textOf(log)).toMatch(
    /Put into a group: Ann <img src=x onerror="alert\(1\)">, group Calibration </,
  );
  expect(textOf(log)).toMatch(/Bound to a group: \/data\/calibration, group Calibration </);
});

test("what is not accepted is shown again with why, and changes nothing", async () => {
  const page = await make("Refusing");
  for (const [path, fields, status, about] of [
    ["/admin/groups", { name: "Refusing" }, 409, "There is a group"],
    ["/admin/groups", { name: " " }, 400, "name"],
    [`${page}/join`, { person: "nobody@uni.example" }, 422, "There is no account"],
    [`${page}/join`, { person: "999999" }, 422, "There is no account"],
    [`${page}/join`, {}, 422, "There is no account"],
    [`${page}/bind`, { kind: "root", target: "data" }, 422, "absolute path"],
    [`${page}/bind`, { kind: "dataset", target: "rucoi://x" }, 422, "VALID_DID_SCHEMES"],
    [`${page}/bind`, { kind: "shelf", target: "x" }, 400, "kind"],
  ] as const) {
    const sent = await boss.send(path, fields as unknown as Record<string, string>);
    expect([sent.status, alertIn(sent.text)], path).toEqual([
      status,
      expect.stringContaining(about),
    ]);
  }
  expect((await boss.open(page)).text).toContain("Nothing is bound to it.");
});

test("others may neither see nor change groups, nor an administrator without a proof", async () => {
  const page = await make("Theirs");
  for (const path of ["/admin/groups", page, `${page}/unbind?kind=root&target=/x`])
    expect((await annsBrowser.open(path)).status, path).toBe(403);
  for (const verb of ["join", "leave", "bind", "unbind", "delete"]) {
    expect((await annsBrowser.send(`${page}/${verb}`, { person: ann })).status, verb).toBe(403);
    expect((await boss.send(`${page}/${verb}`, { person: ann, csrf: "x" })).status).toBe(403);
  }
  expect((await boss.open(page)).text).toContain("There are none.");
});

test("an administrator sees the requests of one person, by a link on their page", async () => {
  const hers = await api.ledger.submit(1, { owner: ann });
  const another = await api.ledger.submit(1, { owner: "another" });
  const link = `/?owner=${ann}`;
  expect((await boss.open(`/admin/users/${ann}`)).text).toContain(`href="${link}#requests"`);
  const { text } = await boss.open(link);
  expect([hers, another].filter((id) => text.includes(id))).toEqual([hers]);
  expect(text).toContain("Requests of <bdi>Ann &lt;img");
  const others = (await annsBrowser.open("/?owner=another")).text;
  expect([hers, another].filter((id) => others.includes(id))).toEqual([hers]);
});
