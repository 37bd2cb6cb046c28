// Commands about groups of people, on a real service with identity on.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Scope } from "../../src/auth/caller.ts";
import { candidatesFor } from "../../src/client/cli/help/candidates.ts";
import { makeProgram } from "../../src/client/cli/run-command.ts";
import { type Api, openApi } from "../support/api.ts";
import { cliHere, runHere } from "../support/cli-here.ts";
import { addPerson, type Person, providerEnv } from "../support/people.ts";

const printed = cliHere();
let api: Api;
let root: Person;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  const env = {
    ENABLE_AUTH: "true",
    VALID_DID_SCHEMES: "rucio",
    INTERNAL_PORT: "0",
    ...providerEnv,
  };
  api = await openApi({ env });
  const { ctx } = api.ledger;
  const scopes: Scope[] = ["read", "submit", "admin"];
  root = await addPerson(ctx, { admin: true, scopes });
  ann = await addPerson(ctx);
  bob = await addPerson(ctx);
  const set = "UPDATE users SET name = $2, email = $3 WHERE id = $1";
  await ctx.db.query(set, [ann.id, "Ann Jones", "ann@uni.example"]);
  await ctx.db.query(set, [bob.id, null, "bob@uni.example"]);
});
afterAll(() => api.close());
beforeEach(async () => {
  vi.stubEnv("LONGSHORE_URL", api.url);
  vi.stubEnv("LONGSHORE_TOKEN", root.apiToken);
  await api.ledger.ctx.db.query("DELETE FROM bindings");
  await api.ledger.ctx.db.query("DELETE FROM groups");
});

const run = (...words: string[]) => runHere(printed, words);

/** Returns the id of the group. */
async function made(name: string): Promise<string> {
  const ended = await run("group", "create", name);
  expect([ended.code, ended.stderr]).toEqual([0, ""]);
  return ended.stdout.trim();
}

function bound(): Promise<Record<string, unknown>[]> {
  return api.ledger.ctx.db.query("SELECT kind, target, group_id FROM bindings ORDER BY target");
}

describe("group", () => {
  test("create prints the id, list and show have it, delete ends it", async () => {
    const id = await made("Calibration");
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await run("group", "-o", "csv")).stdout).toContain(`${id},Calibration,0,0,`);
    expect((await run("group", "list", "-o", "id")).stdout).toBe(`${id}\n`);
    const shown = await run("group", "show", "Calibration");
    expect(shown.stdout).toMatch(
      new RegExp(`^id +${id}\nname +Calibration\nmade .*\nmembers +none\nbound +nothing\n$`),
    );
    const ended = await run("group", "delete", id.slice(0, 8));
    expect(ended).toEqual({
      ...{ code: 0, stdout: "" },
      stderr: `The group Calibration (${id}) is deleted.\n`,
    });
    expect((await run("group", "list", "-o", "id")).stdout).toBe("");
  });

  test("members are put in by number, address or id, and taken out", async () => {
    const id = await made("Calibration");
    const [row] = await api.ledger.ctx.db.query("SELECT number FROM users WHERE id = $1", [bob.id]);
    const added = await run(
      ...["group", "members", "add", "Calibration"],
      ...["ann@uni.example", String(row?.number)],
    );
    expect([added.code, added.stdout]).toEqual([0, ""]);
    expect(added.stderr).toBe(
      `${ann.id} is in the group Calibration.\n${bob.id} is in the group Calibration.\n`,
    );
    const listed = await run("group", "members", "Calibration", "-o", "csv");
    expect(listed.stdout.split("\n").sort()).toEqual(
      [
        "",
        `${ann.id},Ann Jones,ann@uni.example`,
        `${bob.id},,bob@uni.example`,
        "user,name,email",
      ].sort(),
    );
    const shown = await run("group", "show", id, "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({
      group: { id, name: "Calibration", members: 2 },
      members: expect.arrayContaining([
        { user: ann.id, name: "Ann Jones", email: "ann@uni.example" },
      ]),
      bindings: [],
    });
    const left = await run("group", "members", "remove", "Calibration", ann.id, "--json");
    expect(JSON.parse(left.stdout).items).toEqual([
      { user: bob.id, name: null, email: "bob@uni.example" },
    ]);
    const again = await run("group", "members", "remove", "Calibration", ann.id);
    expect([again.code, again.stdout]).toEqual([2, ""]);
    expect(again.stderr).toContain("There is no member of the group");
  });

  test("bind says for whom it is read, and unbind that all read it again", async () => {
    const id = await made("Calibration");
    const other = await made("Other");
    const root = await run("group", "bind", "Calibration", "root", "/data/run7/");
    expect(root).toMatchObject({
      ...{ code: 0, stdout: "" },
      stderr: "root /data/run7 is read for members of Calibration alone.\n",
    });
    await run("group", "bind", "Other", "root", "/data/run7");
    const host = await run("group", "bind", id, "host", "Data.Example.org", "--json");
    expect(JSON.parse(host.stdout)).toEqual({
      kind: "host",
      target: "data.example.org",
      group: id,
    });
    await run("group", "bind", "Calibration", "dataset", "rucio://cms:*");
    expect((await bound()).map(({ kind, target, group_id: of }) => [kind, target, of])).toEqual(
      expect.arrayContaining([
        ["root", "/data/run7", id],
        ["root", "/data/run7", other],
        ["host", "data.example.org", id],
        ["dataset", "rucio://cms:*", id],
      ]),
    );
    const shown = await run("group", "show", "Calibration");
    expect(shown.stdout).toMatch(/\nroot +\/data\/run7\n/);
    const kept = await run("group", "delete", "Calibration");
    expect([kept.code, kept.stdout]).toEqual([2, ""]);
    expect(kept.stderr).toContain("remove these bindings first");
    const one = await run("group", "unbind", "Other", "root", "/data/run7");
    expect(one.stderr).toBe(
      "root /data/run7 is not bound to Other any more; to other groups it is.\n",
    );
    const last = await run("group", "unbind", "Calibration", "root", "/data/run7");
    expect(last.stderr).toBe(
      "root /data/run7 is bound to no group: everybody who may submit reads it.\n",
    );
    expect(await bound()).toHaveLength(2);
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown group", ["show", "Nobody"], /There is no group "Nobody": see `.* group list`/],
    ["a name that is taken", ["create", "Calibration"], /There is a group "Calibration" already/],
    ["an unknown account", ["members", "add", "Calibration", "999999"], /no account "999999"/],
    ["an unknown kind", ["bind", "Calibration", "folder", "/x"], /Allowed choices are root, host/],
    ["a relative folder", ["bind", "Calibration", "root", "data"], /a folder's absolute path/],
    ["a dataset of no finder", ["bind", "Calibration", "dataset", "x"], /with its scheme/],
    [
      "what is not bound",
      ["unbind", "Calibration", "root", "/x"],
      /has no binding root "\/x": see/,
    ],
  ])("refuses %s, and changes nothing", async (_, words, sentence) => {
    const id = await made("Calibration");
    const ended = await run("group", ...words);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(sentence);
    expect((await run("group", "list", "-o", "csv")).stdout).toMatch(
      new RegExp(`^[^\n]*\n${id},Calibration,0,0,[^\n]*\n$`),
    );
  });

  test("of an address that several accounts have, none is put into a group", async () => {
    await made("Calibration");
    const set = "UPDATE users SET email = $2 WHERE id = $1";
    await api.ledger.ctx.db.query(set, [bob.id, "ann@uni.example"]);
    const ended = await run("group", "members", "add", "Calibration", "ann@uni.example");
    await api.ledger.ctx.db.query(set, [bob.id, "bob@uni.example"]);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(/Several accounts have the address ann@uni\.example: give one of/);
    expect((await run("group", "members", "Calibration", "-o", "id")).stdout).toBe("");
  });

  test("who is no administrator is refused", async () => {
    await made("Calibration");
    vi.stubEnv("LONGSHORE_TOKEN", ann.apiToken);
    for (const words of [["list"], ["create", "Mine"], ["members", "add", "Calibration", ann.id]]) {
      const ended = await run("group", ...words);
      expect([ended.code, ended.stdout]).toEqual([3, ""]);
      expect(ended.stderr).toContain("may not");
    }
  });

  test("Tab offers names of groups, and an id where a shell would have to quote the name", async () => {
    await made("Calibration");
    const id = await made("Run 7");
    const offered = await candidatesFor(makeProgram(), ["group", "members", "add", ""]);
    expect(offered).toEqual(["Calibration\tCalibration: 0 members", `${id}\tRun 7: 0 members`]);
    expect(await candidatesFor(makeProgram(), ["group", "bind", "Calibration", "h"])).toEqual([
      "host",
    ]);
  });
});
