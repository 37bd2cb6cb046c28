// `longshore import` from databases of ServiceX of both generations, with rows that contradict each
// other.
import { randomUUID } from "node:crypto";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ImportReport } from "../../src/import/import.ts";
import { openOldDatabase } from "../../src/import/old-database.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { startCli } from "../support/cli.ts";
import { cliHere, runHere } from "../support/cli-here.ts";
import { addPerson, bearer, type Person, providerEnv } from "../support/people.ts";
import {
  type ServicexDatabase,
  servicexDatabase,
  servicexToken,
} from "../support/servicex-database.ts";
import { until } from "../support/wait.ts";

const key = "the-old-signing-key";
const identityEnv = { ...providerEnv, ENABLE_AUTH: "true" };
const printed = cliHere();
let api: Api;
let admin: Person;
let newer: ServicexDatabase;
let older: ServicexDatabase;

beforeAll(async () => {
  api = await openApi({ env: { ...identityEnv, SERVICEX_JWT_SECRET_KEY: key } });
  admin = await addPerson(api.ledger.ctx, { admin: true, scopes: ["read", "submit", "admin"] });
  [newer, older] = await Promise.all([servicexDatabase("2024"), servicexDatabase("2022")]);
  await fillNewer();
  await fillOlder();
});
afterAll(async () => {
  await api?.close();
  await newer?.drop();
  await older?.drop();
});
beforeEach(() => {
  for (const [name, value] of Object.entries(surroundings(newer))) vi.stubEnv(name, value);
});

function surroundings({ url }: Pick<ServicexDatabase, "url">): Record<string, string> {
  const { config, databaseUrl } = api.ledger.ctx;
  const places = { DATABASE_URL: databaseUrl, DATA_DIR: config.dataDir };
  return { ...identityEnv, ...places, SERVICEX_DATABASE_URL: url };
}

const run = (...words: string[]) => runHere(printed, words);

async function imported(...words: string[]): Promise<ImportReport> {
  const ran = await run("import", "--json", ...words);
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout) as ImportReport;
}

const problemsOf = ({ problems }: ImportReport) =>
  Object.fromEntries(problems.map(({ what, count }) => [what, count]));

const ids = Object.fromEntries(
  ["mixed", "fatal", "canceled", "running", "strays", "none"].map((name) => [name, randomUUID()]),
) as Record<"mixed" | "fatal" | "canceled" | "running" | "strays" | "none", string>;
const refresh = (sub: string) => servicexToken(key, { type: "refresh", jti: randomUUID(), sub });
const tokens = { ann: refresh("sub-ann"), bob: refresh("sub-bob"), none: refresh("") };

async function fillNewer(): Promise<void> {
  const user = (...row: unknown[]) =>
    newer.run(
      `INSERT INTO users (id, email, name, sub, admin, pending, refresh_token, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, '2024-01-02 03:04:05')`,
      row,
    );
  await user(1, "ann@uni.example", "Ann", "sub-ann", true, false, tokens.ann);
  await user(2, "bob@uni.example", "Bob", "sub-bob", false, true, tokens.bob);
  await user(3, "nobody@uni.example", "No subject", null, false, false, tokens.none);
  await user(4, "ANN@uni.example", "Ann again", "sub-ann-2", false, false, "no token");
  await newer.run(
    `INSERT INTO datasets (id, name, n_files) VALUES (1, 'rucio://user:data', 3),
       (2, 'rucio://user:unused', 1), (3, 'rucio://user:empty', 0)`,
  );
  await newer.run(
    `INSERT INTO files (id, dataset_id, file_size, file_events, paths) VALUES
       (11, 1, 100, 10, 'root://a//1.root,https://user:secret@b/1.root'),
       (12, 1, -1, 10, 'root://a//2,3.root'),
       (13, 1, 300, -5, NULL), (21, 2, 1, 1, '/x'), (31, 77, 1, 1, '/stray')`,
  );
  const request = (id: string, status: string, more: unknown[] = []) =>
    newer.run(
      `INSERT INTO requests (request_id, status, title, submit_time, finish_time, did, did_id,
         selection, result_destination, result_format, submitted_by, failure_description, files,
         files_completed, files_failed)
       VALUES ($1, $2, 'A title', '2024-03-04 05:06:07.123456', $3, 'rucio://user:data', $4,
         '(call Select)', 'object-store', 'root-file', $5, $6, $7, $8, $9)`,
      [id, status, ...more],
    );
  const finish = "2024-03-04 06:00:00";
  await request(ids.mixed, "complete", [finish, 1, 1, null, 3, 2, 1]);
  await request(ids.fatal, "fatal", [null, 1, 99, "The pods failed.", 3, 1, 0]);
  await request(ids.canceled, "canceled", [finish, 1, 2, null, 3, 1, 0]);
  await request(ids.running, "running", [null, 1, 1, null, 3, 0, 0]);
  await request("not-a-uuid", "complete", [finish, 1, 1, null, 3, 3, 0]);
  await request(ids.strays, "complete", [finish, 1, null, null, 5, 4, 1]);
  await request(ids.none, "complete", [null, 3, 1, null, 0, 0, 0]);
  const result = (id: string, file: number, status: string) =>
    newer.run(
      `INSERT INTO transform_result (request_id, file_id, file_path, transform_status,
         transform_time, total_events, total_bytes)
       VALUES ($1, $2, 'root://a//x', $3, 4, 10, 2000)`,
      [id, file, status],
    );
  await result(ids.mixed, 11, "success");
  await result(ids.mixed, 12, "failure");
  await result(ids.mixed, 12, "success");
  await result(ids.mixed, 13, "failure");
  await result(ids.fatal, 11, "success");
  await result(ids.canceled, 12, "success");
  await result(ids.strays, 11, "success");
  await result(ids.strays, 999, "success");
  await result(randomUUID(), 11, "success");
}

const olderIds = { tried: randomUUID(), strange: randomUUID() };

async function fillOlder(): Promise<void> {
  await older.run(
    `INSERT INTO users (id, email, name, sub, admin, pending)
     VALUES (1, 'ann@uni.example', 'Ann', 'sub-ann', false, false)`,
  );
  for (const [id, status] of [
    [olderIds.tried, "Complete"],
    [olderIds.strange, "Odd"],
  ])
    await older.run(
      `INSERT INTO requests (request_id, status, submit_time, finish_time, did, submitted_by, files)
       VALUES ($1, $2, '2022-09-01 00:00:00', '2022-09-01 01:00:00', 'xaod:mc16', 1, 2)`,
      [id, status],
    );
  await older.run("INSERT INTO files (id, request_id, paths) VALUES (1, $1, '/a'), (2, $1, '/b')", [
    olderIds.tried,
  ]);
  await older.run(
    `INSERT INTO transform_result (request_id, file_id, transform_status)
     VALUES ($1, 1, 'success'), ($1, 2, 'failure')`,
    [olderIds.tried],
  );
  const statuses: [number, string, string | null][] = [
    [1, "start", null],
    [1, "retry", "It broke."],
    [1, "start", null],
    [1, "complete", "fine"],
    [2, "start", null],
    [2, "failure", "ValueError: no branch pt"],
    [2, "dreaming", null],
    [77, "start", null],
  ];
  for (const [place, [file, status, info]] of statuses.entries())
    await older.run(
      `INSERT INTO file_status (file_id, request_id, status, timestamp, pod_name, info)
       VALUES ($1, $2, $3, timestamp '2022-09-01' + make_interval(secs => $4), 'pod-1', $5)`,
      [file, olderIds.tried, status, place, info],
    );
}

const read = async (id: string) =>
  (await api.get(`/v1/requests/${id}`, bearer(admin.accessToken))).json();
interface TokenAct {
  act: string;
  actor: string;
  subject: string;
  detail: Record<string, unknown>;
}
/** Of imports. */
async function tokenActs(): Promise<TokenAct[]> {
  const acts = await api.ledger.ctx.db.query<TokenAct>(
    `SELECT act, actor, subject, detail FROM acts
     WHERE act LIKE 'token.%' AND actor = 'command line' ORDER BY id`,
  );
  expect(JSON.stringify(acts)).not.toMatch(/eyJ/);
  return acts;
}
const query = (text: string, params: unknown[] = []) => api.ledger.ctx.db.query(text, params);

describe("a database of 2024", () => {
  let first: ImportReport;

  test("is taken with what its rows say, and what they cannot say is reported", async () => {
    const before = await newer.dump();
    first = await imported();
    expect(first).toMatchObject({
      source: "servicex-2024",
      taken: { users: 4, tokens: 3, requests: 5, datasets: 2, files: 12, results: 7 },
      before: { users: 0, requests: 0 },
    });
    expect(problemsOf(first)).toEqual({
      "a user without a subject: taken, and nobody can sign in as them": 1,
      "a user whose email address another account has: taken without it": 1,
      "a token that is no refresh token signed by HS256: not taken": 1,
      "a file with less than no bytes: taken without": 1,
      "a file with less than no events: taken without": 1,
      "a file without a path: named by its old id": 1,
      "a result that was written again: it counts once": 1,
      'a request of a user who was not taken: its owner is "servicex"': 1,
      "a request without a time of its end, or with one before its submit: its submit counts": 2,
      "a request that has not ended: not taken; import again when it has": 1,
      "a request whose id is no UUID: not taken": 1,
      "a result of a file that its request does not have: not taken": 1,
      "a request that counts other files than it has: those that it has are taken": 1,
      "a request that counts other results than it has: those that it has are taken": 1,
      "a file of a complete request without a result: it counts as failed": 2,
      "a result of a request that does not exist: not taken": 1,
      "a file of a dataset that does not exist: not taken": 1,
      "a dataset that no request names: it is looked up again when one does: not taken": 1,
    });
    expect(await newer.dump()).toBe(before);
    const acts = await tokenActs();
    expect(acts.map(({ act, detail }) => [act, detail.scopes])).toEqual([
      ["token.create", ["read", "submit", "admin"]],
      ["token.create", ["read", "submit"]],
      ["token.create", ["read", "submit"]],
    ]);
  });

  test("is in the ledger as ended requests, of which the audit is clean", async () => {
    expect(await api.ledger.violations()).toEqual([]);
    const [ann] = await query("SELECT user_id FROM identities WHERE subject = 'sub-ann'");
    expect(await read(ids.mixed)).toMatchObject({
      state: "complete",
      owner: ann?.user_id,
      title: "A title",
      created_at: "2024-03-04T05:06:07.123Z",
      finished_at: "2024-03-04T06:00:00.000Z",
      counters: { total: 3, done: 2, failed: 1, canceled: 0 },
    });
    expect(await read(ids.fatal)).toMatchObject({
      state: "failed",
      owner: "servicex",
      reason: "The pods failed.",
      counters: { total: 3, done: 1, failed: 2 },
    });
    expect(await read(ids.canceled)).toMatchObject({
      state: "canceled",
      counters: { total: 3, done: 1, canceled: 2 },
    });
    expect(await read(ids.none)).toMatchObject({ state: "complete", counters: { total: 0 } });
    expect((await api.get(`/v1/requests/${ids.running}`, bearer(admin.accessToken))).status).toBe(
      404,
    );
    const files = await query(
      `SELECT paths, size, events FROM files JOIN requests USING (dataset_id)
       WHERE requests.id = $1 ORDER BY seq`,
      [ids.mixed],
    );
    expect(files).toEqual([
      { paths: ["root://a//1.root", "https://[redacted]@b/1.root"], size: 100, events: 10 },
      { paths: ["root://a//2,3.root"], size: null, events: 10 },
      { paths: ["servicex-file-13"], size: 300, events: null },
    ]);
    expect(
      await query(
        `SELECT info FROM file_status WHERE request_id = $1 AND status = 'success'
         ORDER BY seq LIMIT 1`,
        [ids.mixed],
      ),
    ).toEqual([{ info: expect.stringContaining("10 events, 2000 bytes, 4 seconds") }]);
  });

  test("is shown by ServiceX's API, has receipts, and is not redriven", async () => {
    const headers = bearer(admin.accessToken);
    const shown = await api.get(`/servicex/transformation/${ids.mixed}`, headers);
    expect(shown.json()).toMatchObject({
      status: "Complete",
      selection: "(call Select)",
      files: 3,
      "files-completed": 0,
      "files-failed": 1,
      "result-format": "root-file",
    });
    expect((await api.get(`/v1/requests/${ids.mixed}/receipt`, headers)).status).toBe(200);
    const redriven = await api.post(`/v1/requests/${ids.mixed}/redrive`, {}, headers);
    expect([redriven.status, redriven.text]).toEqual([409, expect.stringContaining("imported")]);
    expect(await api.ledger.violations()).toEqual([]);
  });

  test("gives a second import only what is new", async () => {
    await newer.run(
      "UPDATE requests SET status = 'complete', finish_time = submit_time WHERE request_id = $1",
      [ids.running],
    );
    const second = await imported();
    expect(second.taken).toMatchObject({ users: 0, tokens: 0, requests: 1, datasets: 0, files: 3 });
    expect(second.before).toEqual({ users: 4, requests: 5 });
    expect(await read(ids.running)).toMatchObject({ counters: { total: 3, failed: 3 } });
    expect(await api.ledger.violations()).toEqual([]);
  });

  test("is only read: a statement that writes is refused by Postgres", async () => {
    const old = await openOldDatabase(newer.url);
    await expect(old.rows("UPDATE users SET name = 'x'")).rejects.toMatchObject({ code: "25006" });
    await old.close();
  });
});

describe("tokens that people hold of ServiceX", () => {
  const refreshed = (token: string, of = api): Promise<Answer> =>
    of.call({ method: "POST", path: "/token/refresh", headers: bearer(token) });

  test("are exchanged for access tokens, by which their people work", async () => {
    const answer = await refreshed(tokens.ann);
    expect(answer.status, answer.text).toBe(200);
    const headers = bearer(String(answer.json().access_token));
    const me = await api.get("/v1/me", headers);
    expect(me.json()).toMatchObject({ name: "Ann", state: "approved", admin: true });
    expect((await refreshed(tokens.none)).status).toBe(200);
  });

  test("let a pending person ask how it stands, and no more", async () => {
    const headers = bearer(String((await refreshed(tokens.bob)).json().access_token));
    expect((await api.get("/v1/me", headers)).json()).toMatchObject({ state: "pending" });
    expect((await api.get("/v1/requests", headers)).status).toBe(401);
  });

  test("are refused if they are altered, signed otherwise, unknown, or of another kind", async () => {
    const [header, payload = "", signature] = tokens.ann.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: "x" })).toString("base64url");
    const refused = {
      altered: `${header}.${altered}.${signature}`,
      "another key": servicexToken("another-key", claims),
      "another algorithm": servicexToken(key, claims, { alg: "HS512", hash: "sha512" }),
      "no algorithm": `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`,
      "signed again, with the same id": servicexToken(key, { ...claims, csrf: "d" }),
      "never recorded": refresh("sub-ann"),
      access: servicexToken(key, { ...claims, type: "access" }),
    };
    for (const [what, token] of Object.entries(refused))
      expect([what, (await refreshed(token)).status]).toEqual([what, 401]);
  });

  test("let nobody in anywhere else", async () => {
    for (const path of ["/v1/me", "/servicex/transformation", "/v1/requests"])
      expect((await api.get(path, bearer(tokens.ann))).status).toBe(401);
  });

  test("end when they are revoked or replaced on either side, or the key is not set", async () => {
    const replaced = refresh("sub-bob");
    await newer.run("UPDATE users SET refresh_token = $1 WHERE id = 2", [replaced]);
    expect((await imported()).taken.tokens).toBe(1);
    expect([(await refreshed(tokens.bob)).status, (await refreshed(replaced)).status]).toEqual([
      401, 200,
    ]);
    const jti = (token: string) => jwt.decode(token, { json: true })?.jti;
    expect((await tokenActs()).slice(-2)).toMatchObject([
      { act: "token.revoke", subject: jti(tokens.bob), detail: { name: "of servicex-2024" } },
      { act: "token.create", subject: jti(replaced), detail: { imported: true } },
    ]);
    await query("UPDATE api_tokens SET revoked_at = now() WHERE made_by = 'import' AND name = $1", [
      "of servicex-2024",
    ]);
    expect((await refreshed(replaced)).status).toBe(401);
    expect((await imported()).taken.tokens).toBe(0);
    expect((await refreshed(replaced)).status).toBe(401);
    await query("UPDATE api_tokens SET revoked_at = NULL WHERE id = $1", [jti(replaced)]);
    expect((await refreshed(replaced)).status).toBe(200);
    await query("UPDATE api_tokens SET expires_at = now() - interval '1 minute' WHERE id = $1", [
      jti(replaced),
    ]);
    expect((await refreshed(replaced)).status).toBe(401);
    await query("UPDATE api_tokens SET expires_at = NULL");
    const env = identityEnv;
    const keyless = await openApi({
      env,
      databaseUrl: api.ledger.ctx.databaseUrl,
      scheduler: false,
    });
    expect((await refreshed(replaced, keyless)).status).toBe(401);
    await keyless.close();
  });
});

describe("a database of 2022", () => {
  test("keeps the history of its files, and meets people who are here already", async () => {
    vi.stubEnv("SERVICEX_DATABASE_URL", older.url);
    const before = await older.dump();
    const report = await imported();
    expect(report).toMatchObject({
      source: "servicex-2022",
      found: 1,
      taken: { users: 0, requests: 1, datasets: 1, files: 2, results: 2 },
    });
    expect(problemsOf(report)).toEqual({
      'a row of file_status with the status "dreaming": not taken': 1,
      "a row of file_status of a file that its request does not have: not taken": 1,
      'a request with the status "Odd": not taken': 1,
    });
    expect(await older.dump()).toBe(before);
    expect(await api.ledger.violations()).toEqual([]);
    const history = await query(
      `SELECT attempt, status, pod_name, info, timestamp FROM file_status
       WHERE request_id = $1 ORDER BY seq`,
      [olderIds.tried],
    );
    expect(history.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, "start"],
      [1, "retry"],
      [2, "start"],
      [2, "success"],
      [1, "start"],
      [1, "failure"],
    ]);
    expect(history[5]).toEqual({
      attempt: 1,
      status: "failure",
      pod_name: "pod-1",
      info: "ValueError: no branch pt",
      timestamp: new Date("2022-09-01T00:00:05Z"),
    });
  });
});

describe("what cannot be imported is said", () => {
  test("without the address of a database, or with a key that everybody knows", async () => {
    vi.stubEnv("SERVICEX_DATABASE_URL", "");
    expect(await run("import")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Set SERVICEX_DATABASE_URL"),
    });
    vi.stubEnv("SERVICEX_JWT_SECRET_KEY", "jwt-secret-string");
    const ran = await run("import");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("SERVICEX_JWT_SECRET_KEY");
    expect(ran.stderr).not.toContain("jwt-secret-string");
  });

  test("of other migrations, and of no ServiceX at all", async () => {
    vi.stubEnv("SERVICEX_DATABASE_URL", api.ledger.ctx.databaseUrl);
    expect((await run("import")).stderr).toContain("no tables of ServiceX");
    const other = await servicexDatabase("2024");
    await other.run("UPDATE alembic_version SET version_num = 'v9'");
    vi.stubEnv("SERVICEX_DATABASE_URL", other.url);
    const ran = await run("import");
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('end in "v9"')]);
    await other.drop();
  });
});

test("a killed import goes on where it was ended, and its progress is shown", async () => {
  const many = await servicexDatabase("2024");
  await many.run(
    `INSERT INTO requests (request_id, status, submit_time, finish_time, did, did_id, files,
       files_completed)
     SELECT gen_random_uuid(), 'complete', '2023-05-06', '2023-05-07', 'rucio://many', 1, 20, 20
     FROM generate_series(1, 400)`,
  );
  await many.run(
    `INSERT INTO files (dataset_id, paths) SELECT 1, '/many/' || n FROM generate_series(1, 20) n`,
  );
  await many.run(
    `INSERT INTO transform_result (request_id, file_id, transform_status)
     SELECT request_id, files.id, 'success' FROM requests, files`,
  );
  const taken = async () => {
    const rows = await query(
      "SELECT FROM imported_rows WHERE source = 'many' AND kind = 'request'",
    );
    return rows.length;
  };
  const running = startCli(["import", "--as", "many"], { env: surroundings(many) });
  await until(async () => (await taken()) > 10);
  running.child.kill("SIGKILL");
  const killed = await running.ended;
  expect(killed.code).toBeNull();
  expect(killed.stderr).toMatch(/1 of 400 requests/);
  const half = await taken();
  expect(half).toBeLessThan(400);
  expect(await api.ledger.violations()).toEqual([]);
  vi.stubEnv("SERVICEX_DATABASE_URL", many.url);
  const ran = await run("import", "--as", "many");
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain("400 of 400 requests");
  expect(ran.stdout).toContain(`  ${400 - half} requests (${half} taken before)`);
  expect(await api.ledger.violations()).toEqual([]);
  await many.drop();
});
