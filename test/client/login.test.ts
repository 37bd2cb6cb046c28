// Signing in and out by the command line, on a real service with identity on.
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Caller } from "../../src/auth/caller.ts";
import { answerDevice } from "../../src/auth/device/decide.ts";
import { runCommand } from "../../src/client/cli/run-command.ts";
import { Longshore } from "../../src/client/client.ts";
import { loginByDevice } from "../../src/client/oauth.ts";
import { type Api, openApi } from "../support/api.ts";
import { cliHere } from "../support/cli-here.ts";
import { type DeviceService, openDeviceService } from "../support/device-service.ts";
import { temporaryFolder } from "../support/folder.ts";
import { addToken, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

const printed = cliHere();
let service: DeviceService;
let api: Api;
let ann: Person;
let signedIn: Caller;
let home: string;
let file: string;

beforeAll(async () => {
  service = await openDeviceService();
  ({ api, ann, signedIn } = service);
  home = temporaryFolder("login");
  file = `${home}/longshore/config.json`;
});
afterAll(async () => {
  await api.close();
  rmSync(home, { recursive: true });
});
beforeEach(() => {
  rmSync(`${home}/longshore`, { recursive: true, force: true });
  vi.stubEnv("XDG_CONFIG_HOME", home);
  vi.stubEnv("LONGSHORE_URL", api.url);
});

interface Kept {
  profiles: Record<string, { url: string; token?: string }>;
}
const kept = () => (JSON.parse(readFileSync(file, "utf8")) as Kept).profiles;
function write(profiles: Kept["profiles"]): void {
  mkdirSync(`${home}/longshore`, { recursive: true });
  writeFileSync(file, JSON.stringify({ profiles }));
  chmodSync(file, 0o600);
}

async function run(...words: string[]): Promise<number> {
  Object.assign(printed, { stdout: "", stderr: "" });
  return runCommand(words);
}

/** What standard input has, which is no terminal. */
function given(text: string): void {
  const input = Object.assign(Readable.from([text]), { isTTY: false });
  vi.spyOn(process, "stdin", "get").mockReturnValue(input as unknown as typeof process.stdin);
}

const lists = (token: string) => new Longshore({ url: api.url, token }).list();
const ends = (token: string) =>
  expect(lists(token)).rejects.toMatchObject({ status: 401, code: "revoked_token" });

describe("login by a browser", () => {
  /** The code that the command shows. */
  const shown = () => until(() => /\b[A-Z]{4}-[A-Z]{4}\b/.exec(printed.stderr)?.[0]);

  test("keeps the token in a private file, and no other text has it", async () => {
    const before = await addToken(api.ledger.ctx, ann.id);
    write({ default: { url: api.url, token: before.apiToken }, other: { url: "http://other:1" } });
    const running = run("login", "--scopes", "read");
    await answerDevice(api.ledger.ctx, signedIn, await shown(), "approve");
    expect(await running, printed.stderr).toBe(0);
    expect(printed.stderr).toContain(`${api.ledger.ctx.urls.public()}/device`);
    expect(printed.stdout).toBe("");
    const { default: own, other } = kept();
    expect(own?.url).toBe(api.url);
    expect(other).toEqual({ url: "http://other:1" });
    expect(printed.stderr).not.toContain(own?.token ?? "");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(`${home}/longshore`)).toEqual(["config.json"]);
    expect(await run("list")).toBe(0);
    const made = (await new Longshore({ url: api.url, token: own?.token }).tokens.list()).items;
    expect(made.at(-1)).toMatchObject({ made_by: "device", scopes: ["read"] });
    await ends(before.apiToken);
  });

  test("refused in the browser, it says so, keeps nothing and ends with 3", async () => {
    const running = run("login");
    await answerDevice(api.ledger.ctx, signedIn, await shown(), "deny");
    expect(await running).toBe(3);
    expect(printed.stderr).toMatch(/longshore: The login was refused in the browser\.\n$/);
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });

  test("it waits as long as it is told, through failures, until the code has ended", async () => {
    const waits: number[] = [];
    const pause = async (seconds: number) => {
      waits.push(seconds);
      // Once too early, then as told, then for ever.
      service.moveAhead([5, 1, 10, 10, 700][waits.length - 1] ?? 0);
    };
    const login = loginByDevice(api.url, { client: "x", scopes: ["read"], onCode: vi.fn(), pause });
    await expect(login).rejects.toMatchObject({ code: "expired_token" });
    expect(waits).toEqual([5, 5, 10, 10, 10]);
  });

  test("what is no Longshore is said to be none", async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end("nothing"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await run("login", "--url", url)).toBe(4);
    expect(printed.stderr).toMatch(/returned 404, and is no Longshore with sign-in/);
    server.close();
  });

  test.each([
    ["false", /Identity is off on this service/],
    ["true", /Nobody can sign in to this service in a browser .* keep it with longshore login --p/],
  ])("without a provider and ENABLE_AUTH=%s it shows no code, but says why", async (on, why) => {
    const other = await openApi({ env: { ENABLE_AUTH: on }, scheduler: false });
    expect(await run("login", "--url", other.url)).toBe(2);
    expect(printed.stderr).toMatch(why);
    expect(printed.stderr).not.toContain("Open in a browser");
    await other.close();
  });
});

describe("login --paste", () => {
  test("takes a token from standard input, tries it and keeps it in the profile named", async () => {
    const { apiToken } = await addToken(api.ledger.ctx, ann.id);
    given(`${apiToken}\n`);
    expect(await run("login", "--paste", "--profile", "facility"), printed.stderr).toBe(0);
    expect(kept()).toEqual({ facility: { url: api.url, token: apiToken } });
    expect(printed.stderr).toMatch(/You are signed in at .*, profile "facility"\./);
    expect(printed.stderr).not.toContain(apiToken);
  });

  test.each<[string, () => string, number, RegExp]>([
    ["nothing", () => " \n", 2, /Nothing was given\./],
    ["two words", () => "a b", 2, /one word of printable ASCII/],
    ["what is no API token", () => "secret", 2, /is no API token/],
    ["an access token", () => ann.accessToken, 2, /is no API token/],
    ["a forged token", () => `${ann.apiToken.slice(0, -3)}AAA`, 3, /not one of this service/],
  ])("refuses %s, and keeps nothing", async (_, text, code, sentence) => {
    given(text());
    expect(await run("login", "--paste")).toBe(code);
    expect(printed.stderr).toMatch(sentence);
    expect(printed.stderr).not.toContain("secret");
    expect(() => statSync(file)).toThrow(/ENOENT/);
  });

  test("a profile of another service is not overwritten", async () => {
    write({ default: { url: "https://other.example" } });
    given(ann.apiToken);
    expect(await run("login", "--paste")).toBe(2);
    expect(printed.stderr).toMatch(
      /"default" is for https:\/\/other\.example: name another one for/,
    );
    expect(kept()).toEqual({ default: { url: "https://other.example" } });
  });

  test("a link to the file stays one", async () => {
    mkdirSync(`${home}/longshore`);
    writeFileSync(`${home}/elsewhere.json`, '{"profiles": {}}');
    symlinkSync(`${home}/elsewhere.json`, file);
    given(ann.apiToken);
    expect(await run("login", "--paste"), printed.stderr).toBe(0);
    expect(readFileSync(`${home}/elsewhere.json`, "utf8")).toContain(ann.apiToken);
    expect(statSync(`${home}/elsewhere.json`).mode & 0o777).toBe(0o600);
    rmSync(`${home}/elsewhere.json`);
  });
});

describe("logout", () => {
  test("revokes the token at the service, and forgets it here", async () => {
    const { apiToken } = await addToken(api.ledger.ctx, ann.id, { scopes: ["read"] });
    write({ default: { url: api.url, token: apiToken } });
    await lists(apiToken);
    expect(await run("logout"), printed.stderr).toBe(0);
    expect(kept()).toEqual({ default: { url: api.url } });
    await ends(apiToken);
    expect(await run("logout")).toBe(0);
    expect(printed.stderr).toMatch(/has no token: nobody is signed in by it/);
    expect(await run("list")).toBe(3);
  });

  test("keeps the token while the service does not answer, unless it is told to forget", async () => {
    const url = "http://127.0.0.1:1";
    const { apiToken } = await addToken(api.ledger.ctx, ann.id);
    write({ far: { url, token: apiToken } });
    expect(await run("logout", "--profile", "far")).toBe(4);
    expect(kept().far?.token).toBe(apiToken);
    expect(await run("logout", "--profile", "far", "--forget")).toBe(0);
    expect(printed.stderr).toMatch(/It stays good at http:\/\/127\.0\.0\.1:1 until it ends\./);
    expect(kept()).toEqual({ far: { url } });
  });

  test("a token that is no API token is not sent anywhere", async () => {
    write({ default: { url: api.url, token: "of-another-kind" } });
    expect(await run("logout")).toBe(2);
    expect(printed.stderr).toMatch(/is no API token, and cannot be revoked here: --forget/);
  });
});
