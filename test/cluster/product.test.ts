// The product as a whole, on a real node: installed by helm with sign-in at a provider that has a
// certificate of a private authority, and reached by the addresses of its Ingresses.
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { chart, helmBeside } from "../chart/support/helm.ts";
import { makeClient } from "../clients/servicex-client.ts";
import { type Authority, makeAuthority } from "../support/certificates.ts";
import { type Running, startProgram } from "../support/cli.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePorts } from "../support/free-ports.ts";
import { type IdentityProvider, openIdentityProvider } from "../support/identity-provider.ts";
import { rowsOf } from "../support/parquet.ts";
import { pressed, signed, signingSecret } from "../support/slack.ts";
import { until } from "../support/wait.ts";
import { openBrowser } from "../web/browser.ts";
import { openIngress } from "./support/ingress.ts";
import { type Namespace, newNamespace } from "./support/kube.ts";
import { ours } from "./support/pod-service.ts";
import { openSurroundings, type Surroundings } from "./support/surroundings.ts";

const { host, kubeconfig, kubectl: kubectlPath } = inject("cluster");
const [repository = "", tag = ""] = inject("cluster").image.split(/:(?=[^/]*$)/);
const names = { app: "longshore.test", s3: "longshore-s3.test" };
const folder = temporaryFolder("product");
const isWanted = Boolean(process.env.CLUSTER_PRODUCT);
if (!isWanted)
  process.stderr.write(
    "\n!!! CLUSTER_PRODUCT is not set: the product as a whole is NOT tested. It takes " +
      "minutes, and needs Chromium and PyPI.\n",
  );
const whole = test.skipIf(!isWanted);
const closers: (() => unknown)[] = [];

let around: Surroundings;
let namespace: Namespace;
let authority: Authority;
let provider: IdentityProvider;
let browser: Browser;
let url: string;
let opsUrl: string;

beforeAll(async () => {
  around = await openSurroundings();
  closers.push(around.close);
  namespace = await newNamespace("restricted");
  closers.push(namespace.remove);
  authority = makeAuthority(folder);
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  provider = await openProvider();
  closers.push(provider.close);
  const ingress = await openIngress(namespace);
  closers.push(ingress.close);
  const [opsPort = 0] = await freePorts(1);
  url = `https://${names.app}:${ingress.port}`;
  opsUrl = `http://localhost:${opsPort}`;
  provider.serve(url, opsUrl);
  await giveSecrets();
  await install(ingress.port);
  await ingress.serve();
  forwardOps(opsPort);
  const map = Object.values(names).map((name) => `MAP ${name} ${host}`);
  browser = await openBrowser(`--host-resolver-rules=${map.join(",")}`);
  closers.push(() => browser.close());
});

afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openProvider(): Promise<IdentityProvider> {
  const { cert, key } = authority.issue("provider", [`IP:${host}`]);
  const at = { host, cert: readFileSync(cert), key: readFileSync(key) };
  const opened = await openIdentityProvider("plain", at);
  for (const login of ["ann", "bob", "carl"])
    opened.people.set(login, {
      sub: `subject-of-${login}`,
      linked: [],
      claims: { name: login, email: `${login}@uni.example`, email_verified: true },
    });
  return opened;
}

async function giveSecrets(): Promise<void> {
  const { kubectl } = namespace;
  const { DATABASE_URL = "", QUEUE_URL = "", STORE_URL = "" } = around.settings;
  for (const [name, [key, value]] of Object.entries({
    database: ["DATABASE_URL", DATABASE_URL],
    store: ["STORE_URL", STORE_URL],
    broker: ["QUEUE_URL", QUEUE_URL],
  }))
    await kubectl(["create", "secret", "generic", name, `--from-literal=${key}=${value}`]);
  for (const [what, name] of Object.entries(names)) {
    const { cert, key } = authority.issue(what, [`DNS:${name}`]);
    const files = [`--cert=${cert}`, `--key=${key}`];
    await kubectl(["create", "secret", "tls", `mine-${what}-tls`, ...files]);
  }
  const file = `--from-file=ca.crt=${authority.path}`;
  await kubectl(["create", "configmap", "authorities", file]);
}

async function install(port: number): Promise<void> {
  const resources = { requests: { cpu: "50m" } };
  const { OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = provider.env;
  const values = {
    image: { repository, tag },
    database: { existingSecret: "database" },
    store: { existingSecret: "store" },
    broker: { existingSecret: "broker" },
    authorities: { configMap: "authorities" },
    settings: {
      INPUT_HOSTS: around.settings.INPUT_HOSTS,
      SLACK_APPROVERS: "U1",
      SLACK_TEAM: "T1",
      OIDC_KIND: "plain",
    },
    app: {
      adminEmail: "ann@uni.example",
      globusClientID: OIDC_CLIENT_ID,
      globusClientSecret: OIDC_CLIENT_SECRET,
      oidcIssuer: provider.issuer,
      slackSigningSecret: signingSecret,
      publicURL: url,
      ingress: { enabled: true, hostname: names.app, tls: { enabled: true } },
      resources,
    },
    objectStore: { publicURL: `${names.s3}:${port}` },
    s3: { ingress: { enabled: true, hostname: names.s3, tls: { enabled: true } } },
    ops: { url: opsUrl },
    scheduler: { resources },
    workers: { resources, max: 3 },
  };
  const words = ["install", "mine", chart, "--namespace", namespace.name, "--values", "-"];
  const { code, stdout, stderr } = await helmBeside([...words, "--wait", "--timeout", "180s"], {
    kubeconfig,
    input: JSON.stringify(values),
  });
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

/** As doc/operating.md says it. */
function forwardOps(port: number): Running {
  const args = ["port-forward", "service/mine-longshore-ops", `${port}:5002`];
  const forward = startProgram(kubectlPath, ["-n", namespace.name, ...args], {
    env: { ...childEnvironment(), KUBECONFIG: kubeconfig },
  });
  closers.push(() => forward.child.kill("SIGTERM"));
  return forward;
}

async function signIn(login: string, at = url): Promise<Page> {
  const context = await browser.newContext({ baseURL: at, ignoreHTTPSErrors: true });
  closers.push(() => context.close());
  const page = await context.newPage();
  await until(() => page.goto("/sign-in"));
  await page.getByRole("link", { name: /^Go on to/ }).click();
  await page.getByLabel("Name").fill(login);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((shown) => shown.origin !== provider.issuer);
  return page;
}

async function signUp(login: string): Promise<Page> {
  const page = await signIn(login);
  await page.goto("/profile");
  await page.getByLabel("Name").fill(login);
  await page.getByLabel("Institution").fill("University of Examples");
  await page.getByRole("button", { name: "Ask for approval" }).click();
  await page.getByText("waits for an administrator").waitFor();
  return page;
}

async function makeToken(page: Page): Promise<string> {
  await page.goto("/tokens");
  await page.getByLabel("Name").fill("laptop");
  await page.getByRole("button", { name: "Make the token" }).click();
  return (await page.locator("#api-token").textContent()) ?? "";
}

/** The client as it is on PyPI, which finds the names in the file of hosts of its own. */
function clientOf(token: string) {
  const hosts = join(folder, "hosts");
  const lines = Object.values(names).map((name) => `${host} ${name}\n`);
  writeFileSync(hosts, `127.0.0.1 localhost\n${lines.join("")}`);
  const within = 'mount --bind "$0" /etc/hosts && exec "$@"';
  return makeClient("3.3.1", url, token, {
    within: ["unshare", "--mount", "--propagation", "private", "sh", "-c", within, hosts],
    env: { SSL_CERT_FILE: authority.path, REQUESTS_CA_BUNDLE: authority.path },
  });
}

interface Called {
  status: number;
  text: string;
}

/** By the ingress, with the authority's certificate; `of`: whose cookies are sent. */
async function call(
  path: string,
  { of, headers = {}, body }: { of?: Page; headers?: Record<string, string>; body?: string } = {},
): Promise<Called> {
  const cookies = (await of?.context().cookies(url)) ?? [];
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const sent = request(`${url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...(cookie && { cookie }) },
    ca: readFileSync(authority.path),
    lookup: (_name, options, done) =>
      options.all ? done(null, [{ address: host, family: 4 }]) : done(null, host, 4),
  });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, text: await textOf(answer) };
}

const statusOf = async (of: Page, path: string) => (await call(path, { of })).status;

whole("people sign up; one is approved by an administrator, one by a button at Slack", async () => {
  const bob = await signUp("bob");
  const early = await call("/servicex/transformation", { of: bob });
  expect(early).toMatchObject({ status: 401, text: expect.stringContaining("still pending") });
  const ann = await signIn("ann", opsUrl);
  await ann.goto("/admin/users?state=pending");
  await ann.getByRole("button", { name: "Approve bob" }).click();
  await until(async () => (await statusOf(bob, "/servicex/transformation")) === 200);

  const carl = await signUp("carl");
  await ann.goto("/admin/users?state=pending");
  const link = await ann.getByRole("link", { name: "carl" }).first().getAttribute("href");
  const account = link?.split("/").at(-1) ?? "";
  const body = pressed({ account });
  const press = (headers: Record<string, string>) => call("/slack", { headers, body });
  const forged = signed(body, { secret: "another-secret-of-another-app-0" });
  expect((await press(forged)).status).toBe(401);
  expect(await statusOf(carl, "/servicex/transformation")).toBe(401);
  expect((await press(signed(body))).status).toBe(200);
  await until(async () => (await statusOf(carl, "/servicex/transformation")) === 200);
});

whole("a token, the client from PyPI, pods of workers, and results by S3's address", async () => {
  const page = await signIn("bob");
  const client = await clientOf(await makeToken(page));
  const files = [0, 1, 2, 3, 4, 5].map((n) => `${around.files}/slow-${n}.parquet`);
  const query = "select max(temp_max) as warmest from input";
  const delivering = client.deliver([{ name: "warmest", files, query }]);
  const workers = await until(
    async () => {
      const pods = await namespace.pods(ours);
      return pods.some(({ status }) => status.phase === "Running") && pods;
    },
    { what: "a running worker" },
  ).catch((error: Error) => error);
  const { warmest } = await delivering;
  expect(workers).not.toBeInstanceOf(Error);
  expect(Array.isArray(warmest), JSON.stringify(warmest)).toBe(true);
  expect(warmest).toHaveLength(files.length);
  const read = (warmest as string[]).map((path) => `'${path}'`).join(",");
  const rows = await rowsOf(`select count(*)::int, max(warmest) from read_parquet([${read}])`);
  expect(rows).toEqual([[files.length, expect.any(Number)]]);

  const signedUrls = await client.deliver([{ name: "by URL", files, query }], "URLs");
  expect((signedUrls["by URL"] as string[])[0]).toMatch(new RegExp(`^https://${names.s3}:\\d+/`));
});

whole("another person sees nothing of it, and is refused what administrators may do", async () => {
  const bob = await signIn("bob");
  const carl = await signIn("carl");
  const listed = async (of: Page) => JSON.parse((await call("/v1/requests", { of })).text).items;
  const [one] = await listed(bob);
  expect(await statusOf(bob, `/v1/requests/${one.id}`)).toBe(200);
  expect(await statusOf(carl, `/v1/requests/${one.id}`)).toBe(404);
  expect(await listed(carl)).toEqual([]);
  expect(await statusOf(carl, "/v1/users")).toBe(403);
  // The pages of administrators and the metrics are not at the ingress.
  expect(await statusOf(carl, "/admin/users")).toBe(404);
  expect(await statusOf(carl, "/metrics")).toBe(404);
});
