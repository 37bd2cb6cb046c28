// Large libraries that few installations need: what a service has loaded at the end of its run, as
// its Node says it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kubeconfig } from "./runner/kubernetes-runner.ts";
import { temporaryFolder } from "./support/folder.ts";
import { providerEnv } from "./support/people.ts";
import { type Service, startService } from "./support/service.ts";
import { until } from "./support/wait.ts";

const late = [
  "@kubernetes/client-node",
  "@prisma/adapter-pg",
  "@prisma/client",
  "@slack/bolt",
  "mailgun.js",
  "openid-client",
  "passport",
];

/** Which of them a service with these settings has loaded when `use` is done. */
async function loadedIn(
  env: Record<string, string>,
  use: (service: Service) => Promise<void> = async () => undefined,
): Promise<string[]> {
  const folder = temporaryFolder("loaded");
  const service = await startService({ ...env, NODE_V8_COVERAGE: folder });
  try {
    for (const path of ["/", "/docs", "/v1/requests", "/sign-in", "/slack", "/metrics"])
      await (await fetch(service.url + path)).arrayBuffer();
    await use(service);
    expect(await service.stop()).toBe(0);
    const files = filesOf(folder, service.pid);
    expect(files.some((file) => file.includes("/node_modules/express/"))).toBe(true);
    return late.filter((name) => files.some((file) => file.includes(`/node_modules/${name}/`)));
  } finally {
    await service.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The addresses of all scripts of this process; others, such as its workers, have their own. */
function filesOf(folder: string, pid: number): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(`coverage-${pid}-`));
  return names.flatMap((name) => {
    const said: { result: { url: string }[] } = JSON.parse(
      readFileSync(join(folder, name), "utf8"),
    );
    return said.result.map(({ url }) => url);
  });
}

test("a service without identity and without pods has loaded none of them, whatever it did", async () => {
  const loaded = await loadedIn({ OPERATIONS: "noop" }, async ({ url }) => {
    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] });
    const sent = await fetch(`${url}/v1/requests`, { method: "POST", headers: json, body });
    const { id } = (await sent.json()) as { id: string };
    await until(async () => {
      const answer = await fetch(`${url}/v1/requests/${id}`);
      return ((await answer.json()) as { state: string }).state === "complete";
    });
  });
  expect(loaded).toEqual([]);
});

const identity = { ENABLE_AUTH: "true", RUNNER: "external" };

test("with identity alone, people are read by Prisma, and nothing else is loaded", async () => {
  expect(await loadedIn(identity)).toEqual(["@prisma/adapter-pg", "@prisma/client"]);
});

test("with all of identity set, sign-in's libraries are loaded by the first sign-in, Mailgun's later", async () => {
  const env = {
    ...identity,
    ...providerEnv,
    SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/T1/B1/made-up",
    SLACK_SIGNING_SECRET: "a-secret-of-an-app-at-slack",
    SLACK_APPROVERS: "U1",
    MAILGUN_API_KEY: "a-key-of-mailgun",
    MAILGUN_DOMAIN: "mail.example",
  };
  const idle = ["@prisma/adapter-pg", "@prisma/client", "@slack/bolt"];
  expect(await loadedIn(env)).toEqual(idle);
  const begun = await loadedIn(env, async ({ url }) => {
    // Nobody answers at the provider's address.
    expect((await fetch(`${url}/sign-in?go=1`)).status).toBe(503);
  });
  expect(begun).toEqual([...idle, "openid-client", "passport"]);
});

test("with pods, the client of Kubernetes is loaded by the process that leads alone", async () => {
  const folder = temporaryFolder("cluster");
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig("https://127.0.0.1:1"));
  const env = {
    OPERATIONS: "noop",
    RUNNER: "kubernetes",
    KUBECONFIG: file,
    INTERNAL_URL: "http://longshore:5000",
    WORKER_IMAGE: "example.org/longshore:1",
  };
  // Which itself loads the one for OpenID Connect.
  expect(await loadedIn(env)).toEqual(["@kubernetes/client-node", "openid-client"]);
  expect(await loadedIn({ ...env, ROLES: "api" })).toEqual([]);
  rmSync(folder, { recursive: true });
});
