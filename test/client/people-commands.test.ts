// Commands about people and their tokens, on a real service with identity on and on its database.
import { rmSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Scope } from "../../src/auth/caller.ts";
import { Longshore } from "../../src/client/client.ts";
import { type Api, openApi } from "../support/api.ts";
import { cliHere, runHere } from "../support/cli-here.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addPerson, addToken, type Person, providerEnv } from "../support/people.ts";

const printed = cliHere();
let api: Api;
let folder: string;
let ann: Person;

beforeAll(async () => {
  folder = temporaryFolder("people-commands");
  api = await openApi({ env: { ENABLE_AUTH: "true", ...providerEnv } });
  ann = await addPerson(api.ledger.ctx);
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  const { config, databaseUrl } = api.ledger.ctx;
  const env = {
    ...providerEnv,
    ENABLE_AUTH: "true",
    DATABASE_URL: databaseUrl,
    DATA_DIR: config.dataDir,
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.stubEnv("LONGSHORE_URL", api.url);
  vi.stubEnv("LONGSHORE_TOKEN", ann.apiToken);
});

const run = (...words: string[]) => runHere(printed, words);

const rowOf = async (id: string) => (await rows("SELECT * FROM users WHERE id = $1", [id]))[0];
function rows(sql: string, params: unknown[] = []): Promise<Record<string, unknown>[]> {
  return api.ledger.ctx.db.query(sql, params);
}

describe("user create", () => {
  test("makes the first administrator, whose token is printed once and works", async () => {
    const made = await run(
      "user",
      "create",
      "Root",
      "--email",
      "root@uni.example",
      "--admin",
      "--token",
    );
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/^\S+\.\S+\.\S+\n$/);
    const token = made.stdout.trim();
    expect(made.stderr).not.toContain(token);
    const client = new Longshore({ url: api.url, token });
    expect((await client.limits()).operations.length).toBeGreaterThan(0);
    const { items } = await client.tokens.list();
    expect(items).toMatchObject([{ made_by: "command", scopes: ["read", "submit", "admin"] }]);
    const id = items[0]?.owner ?? "";
    expect(made.stderr).toContain(id);
    expect(await rowOf(id)).toMatchObject({
      ...{ name: "Root", email: "root@uni.example", admin: true, state: "approved" },
      ...{ suspended_at: null, email_verified: false },
    });
    const acts = await rows("SELECT * FROM acts WHERE subject = $1", [id]);
    // No name: acts outlive an account that is deleted.
    expect(acts).toMatchObject([
      { act: "user.create", actor: "command line", actor_kind: "system", detail: { admin: true } },
    ]);
    expect(JSON.stringify(acts)).not.toContain("Root");
    expect(await rows("SELECT * FROM acts WHERE subject = $1", [items[0]?.id])).toMatchObject([
      { act: "token.create", actor: "command line", actor_kind: "system", detail: { owner: id } },
    ]);
    const everything = JSON.stringify(await rows("SELECT * FROM acts")) + JSON.stringify(items);
    expect(everything).not.toContain(token.split(".")[2]);
  });

  test("makes an ordinary account, whose token may do what it is told to", async () => {
    const made = await run("user", "create", "nightly", "--token", "--scopes", "read", "--json");
    const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
    const client = new Longshore({ url: api.url, token });
    expect((await client.tokens.list()).items).toMatchObject([{ owner: id, scopes: ["read"] }]);
    await expect(client.limits()).rejects.toMatchObject({ status: 403 });
    await expect(client.tokens.create({ name: "x" })).rejects.toMatchObject({ status: 403 });
  });

  test("prints the id without --token, and ties the account to who signs in", async () => {
    const made = await run("user", "create", "Bea", "--subject", "bea-at-provider");
    expect(await rows("SELECT * FROM identities WHERE subject = 'bea-at-provider'")).toMatchObject([
      { issuer: providerEnv.OIDC_ISSUER, user_id: made.stdout.trim() },
    ]);
    const again = await run("user", "create", "Bea", "--subject", "bea-at-provider");
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('There is an account with the subject "bea-at-provider"');
    expect(again.stderr).toContain(made.stdout.trim());
  });

  test("makes no second account of one address", async () => {
    const { stdout } = await run("user", "create", "Cem", "--email", "cem@uni.example");
    const again = await run("user", "create", "Cem", "--email", "CEM@uni.example", "--admin");
    expect([again.code, again.stdout]).toEqual([2, ""]);
    expect(again.stderr).toContain(stdout.trim());
  });

  test.each([
    ["a_b@uni.example", "axb@uni.example"],
    ["%@uni.example", "dora@uni.example"],
    [String.raw`e\f@uni.example`, "ef@uni.example"],
  ])("takes the address %s as it is, and no pattern for %s", async (typed, other) => {
    expect((await run("user", "create", "Other", "--email", other)).code).toBe(0);
    const made = await run("user", "create", "Typed", "--email", typed);
    expect(made.code, made.stderr).toBe(0);
    const again = await run("user", "create", "Typed", "--email", typed.toUpperCase());
    expect(again.stderr).toContain(made.stdout.trim());
  });

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ["no name", [], {}, /Give the person's name, or --from with a file\./],
    ["an empty name", [" "], {}, /1 to 120 characters without control characters/],
    ["a name of two lines", ["a\nb"], {}, /without control characters/],
    ["an address that is none", ["Ann", "--email", "ann"], {}, /an email address such as/],
    ["unknown scopes", ["Ann", "--token", "--scopes", "write"], {}, /one or more of read, submit/],
    ["admin for no administrator", ["Ann", "--token", "--scopes", "admin"], {}, /give --admin/],
    ["a name and a list", ["Ann", "--from", "LIST"], {}, /a name or --from, not both/],
    ["a token and a list", ["--token", "--from", "LIST"], {}, /--from and --token do not go/],
    ["identity off", ["Ann"], { ENABLE_AUTH: "false", OIDC_CLIENT_ID: "" }, /ENABLE_AUTH=true/],
    [
      "a subject of no provider",
      ["Ann", "--subject", "x"],
      { OIDC_CLIENT_ID: "", OIDC_CLIENT_SECRET: "" },
      /set OIDC_CLIENT_ID/,
    ],
    ["a profile", ["Ann", "--profile", "x"], {}, /works on this machine: --profile is not for it/],
  ])("refuses %s", async (_, words, env, sentence) => {
    const list = `${folder}/users.json`;
    writeFileSync(list, JSON.stringify([{ name: "Ann" }]));
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const before = await rows("SELECT id FROM users");
    const ended = await run("user", "create", ...words.map((word) => word.replace("LIST", list)));
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(sentence);
    expect(await rows("SELECT id FROM users")).toHaveLength(before.length);
  });

  test("refuses a key other than the service's, with which tokens would be good for nothing", async () => {
    const { query } = api.ledger.ctx.db;
    await query("INSERT INTO service_identity DEFAULT VALUES ON CONFLICT DO NOTHING");
    await query("UPDATE service_identity SET key_fingerprints = '{of-the-service}'");
    vi.stubEnv("SECRET_KEY", "a-key-of-another-service");
    const ended = await run("user", "create", "Dan", "--token");
    await query("UPDATE service_identity SET key_fingerprints = '{}'");
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(
      /SECRET_KEY has no key that the service on this database signs with/,
    );
  });
});

describe("user create --from users.json", () => {
  const from = (content: unknown) => {
    const path = `${folder}/listed.json`;
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return run("user", "create", "--from", path);
  };

  test("defect 40: what stands in the list is text, and no shell reads it", async () => {
    const names = [
      `"; touch ${folder}/hacked; "`,
      `$(touch ${folder}/hacked)`,
      "O'Neil `id` \\ 'x",
    ];
    const list = names.map((name, at) => ({
      ...{ name, email: `a${at}@uni.example`, institution: "$HOME; rm -rf /", sub: `sub-${at}'"` },
      refresh_token: "of.servicex.itself",
    }));
    const made = await from(list);
    expect(made.code, made.stderr).toBe(0);
    const ids = made.stdout.trim().split("\n");
    const found = await Promise.all(ids.map(rowOf));
    expect(found.map((row) => row?.name)).toEqual(names);
    expect(found.map((row) => row?.institution)).toEqual(names.map(() => "$HOME; rm -rf /"));
    expect(made.stderr).toContain("Their tokens are not taken over");
    expect(made.stderr).not.toContain("of.servicex.itself");
    const { existsSync } = await import("node:fs");
    expect(existsSync(`${folder}/hacked`)).toBe(false);
    const again = await from(list);
    expect([again.code, again.stdout]).toEqual([0, ""]);
    expect(again.stderr).toContain(`is known already: ${ids[0]}`);
  });

  test.each<[string, unknown, RegExp]>([
    ["no JSON", '[{"name": "secret', /listed\.json is not valid JSON\.$/],
    ["an object", { name: "Ann" }, /listed\.json: Invalid input: expected array/],
    ["an empty list", [], /listed\.json: /],
    ["no name", [{ name: "Ann" }, { email: "x@y" }], /listed\.json, user 2: name: /],
    ["a name of two lines", [{ name: "a\nb" }], /user 1: name: control characters are not allowed/],
  ])("refuses %s, and makes nobody", async (_, content, sentence) => {
    const before = await rows("SELECT id FROM users");
    const ended = await from(content);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr.trim()).toMatch(sentence);
    expect(ended.stderr).not.toContain("secret");
    expect(await rows("SELECT id FROM users")).toHaveLength(before.length);
  });
});

describe("user, for administrators", () => {
  let root: Person;
  let bob: Person;
  beforeAll(async () => {
    const scopes: Scope[] = ["read", "submit", "admin"];
    root = await addPerson(api.ledger.ctx, { admin: true, scopes });
    bob = await addPerson(api.ledger.ctx, { state: "pending" });
  });
  beforeEach(() => vi.stubEnv("LONGSHORE_TOKEN", root.apiToken));
  const stateOf = async (id: string) => (await rowOf(id))?.state;
  const numberOf = async (id: string) => String((await rowOf(id))?.number);

  test("list shows who waits, and approve lets them in, by number or first digits", async () => {
    expect((await run("user", "list", "--state", "pending", "-o", "id")).stdout).toContain(bob.id);
    const approved = await run("user", "approve", await numberOf(bob.id));
    expect([approved.code, approved.stdout]).toEqual([0, ""]);
    expect(approved.stderr).toBe(`A person (${bob.id}) is approved.\n`);
    expect(await stateOf(bob.id)).toBe("approved");
    const listed = await run("user", "--state", "pending", "-o", "id");
    expect(listed.stdout).not.toContain(bob.id);
    const suspended = await run("user", "suspend", bob.id.slice(0, 13), "--json");
    expect(JSON.parse(suspended.stdout)).toMatchObject({ id: bob.id, state: "suspended" });
    expect((await run("user", "restore", bob.id)).code).toBe(0);
    expect(await stateOf(bob.id)).toBe("approved");
  });

  test("of several, one that is refused does not stop the others", async () => {
    const [eve, fay] = [
      await addPerson(api.ledger.ctx, { state: "pending" }),
      await addPerson(api.ledger.ctx, { state: "suspended" }),
    ];
    const ended = await run("user", "reject", fay.id, eve.id);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(new RegExp(`longshore: ${fay.id}: .*suspended`));
    expect(await stateOf(eve.id)).toBe("rejected");
  });

  test("a word that names none does nothing, and who is no administrator is refused", async () => {
    const none = await run("user", "suspend", await numberOf(bob.id), "999999");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no account "999999"')]);
    expect(await stateOf(bob.id)).toBe("approved");
    vi.stubEnv("LONGSHORE_TOKEN", ann.apiToken);
    const refused = await run("user", "approve", bob.id);
    expect([refused.code, refused.stdout]).toEqual([3, ""]);
  });
});

describe("token", () => {
  test("create prints the token alone, list shows it without the secret, revoke ends it", async () => {
    const made = await run("token", "create", "laptop", "--scopes", "read", "--days", "2");
    expect(made.code, made.stderr).toBe(0);
    const token = made.stdout.trim();
    const client = new Longshore({ url: api.url, token });
    expect((await client.list()).items).toEqual([]);
    const listed = await run("token", "list", "-o", "csv");
    expect(listed.stdout).toMatch(/,laptop,"?read"?,api,/);
    expect(listed.stdout).not.toContain(token.split(".")[2]);
    const revoked = await run("token", "revoke", "laptop");
    expect(revoked.stderr).toMatch(/The token laptop \(\S+\) is revoked\./);
    await expect(client.list()).rejects.toMatchObject({ code: "revoked_token" });
    expect((await run("token")).stdout).not.toContain("laptop");
  });

  test("create --json has the servicex.yaml, in which our client finds the token", async () => {
    const made = JSON.parse((await run("token", "create", "notebook", "--json")).stdout);
    const text = made.servicex_yaml.replace(/endpoint: .*/, `endpoint: ${api.url}/`);
    writeFileSync(`${folder}/servicex.yaml`, text);
    vi.stubEnv("LONGSHORE_TOKEN", "");
    const before = process.cwd();
    try {
      process.chdir(folder);
      expect((await run("token", "list", "-o", "csv")).stdout).toContain(",notebook,");
    } finally {
      process.chdir(before);
      rmSync(`${folder}/servicex.yaml`);
    }
  });

  test("a token is named by the first digits of its id; what names none revokes nothing", async () => {
    const other = await addToken(api.ledger.ctx, ann.id);
    const none = await run("token", "revoke", other.token.slice(0, 8), "nobody");
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no token "nobody"')]);
    const one = await run("token", "revoke", other.token.slice(0, 13), "--json");
    expect(JSON.parse(one.stdout)).toEqual([{ revoked: other.token }]);
  });

  test("an administrator sees and revokes those of others", async () => {
    const scopes = ["read", "submit", "admin"] as const;
    const root = await addPerson(api.ledger.ctx, { admin: true, scopes: [...scopes] });
    const bob = await addPerson(api.ledger.ctx);
    const theirs = await run("token", "list", "--owner", bob.id);
    expect([theirs.code, theirs.stderr]).toEqual([2, expect.stringContaining("There is no user")]);
    vi.stubEnv("LONGSHORE_TOKEN", root.apiToken);
    expect((await run("token", "list", "--owner", bob.id, "-o", "id")).stdout).toBe(
      `${bob.token}\n`,
    );
    expect((await run("token", "revoke", bob.token, "--owner", bob.id)).code).toBe(0);
  });

  test("status says that the token was refused, and that the service is ready", async () => {
    const { apiToken, token } = await addToken(api.ledger.ctx, ann.id);
    vi.stubEnv("LONGSHORE_TOKEN", apiToken);
    expect((await run("status")).stdout).toMatch(/is ready at .*\nrequests +none alive\n$/);
    await run("token", "revoke", token);
    const refused = await run("status");
    expect(refused.code).toBe(0);
    expect(refused.stdout).toMatch(
      /is ready at .*\nrequests +not shown: The API token was revoked or replaced: run/,
    );
    vi.stubEnv("LONGSHORE_TOKEN", "");
    expect(JSON.parse((await run("status", "--json")).stdout)).toMatchObject({
      ...{ state: "ready", requests: null },
      refused: expect.stringMatching(/^This call needs a token: run/),
    });
  });

  test.each([
    ["no days", ["token", "create", "x", "--days", "0"], /above 0 and up to 36500/],
    ["unknown scopes", ["token", "create", "x", "--scopes", "all"], /one or more of read, submit/],
    ["no name", ["token", "create"], /missing required argument 'name'/],
  ])("refuses %s", async (_, words, sentence) => {
    const ended = await run(...words);
    expect([ended.code, ended.stdout]).toEqual([2, ""]);
    expect(ended.stderr).toMatch(sentence);
  });
});

describe("worker token", () => {
  test("prints a token for the operations and hours named, with which a worker works", async () => {
    const root = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "admin"] });
    vi.stubEnv("LONGSHORE_TOKEN", root.apiToken);
    const made = await run("worker", "token", "--operations", "noop", "--hours", "2.5");
    expect(made.code, made.stderr).toBe(0);
    expect(made.stderr).toMatch(
      /^It is good until .* and is shown only this once: set LONGSHORE_T/,
    );
    const token = made.stdout.trim();
    const claim = (operation: string) =>
      api.post(
        "/v1/work/claim",
        { worker: "w", operations: [operation], max: 1 },
        { authorization: `Bearer ${token}` },
      );
    expect((await claim("noop")).status).toBe(200);
    expect((await claim("transform")).status).toBe(403);
    const [act] = await rows("SELECT detail FROM acts WHERE act = 'worker.admit'");
    expect(act?.detail).toEqual({ operations: ["noop"], hours: 2.5 });
    const other = await run("worker", "--url", api.url, "token", "--json");
    expect(Object.keys(JSON.parse(other.stdout))).toEqual(["token", "expires_at"]);
  });

  test.each<[string, string[], number, RegExp]>([
    ["no hours", ["--hours", "0"], 2, /a number of hours from 0\.1 to 720/],
    ["who is no administrator", ["--operations", "noop"], 3, /may not admit workers/],
    [
      "what is for a worker",
      ["--concurrency", "2"],
      2,
      /--concurrency is for a worker, not for making a token/,
    ],
  ])("refuses %s", async (_, words, code, sentence) => {
    const ended = await run("worker", "token", ...words);
    expect([ended.code, ended.stdout]).toEqual([code, ""]);
    expect(ended.stderr).toMatch(sentence);
  });
});
