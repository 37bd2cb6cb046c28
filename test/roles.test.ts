// One process of the service for each role.
import { rmSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { freshDatabase } from "./support/database.ts";
import { temporaryFolder } from "./support/folder.ts";
import { type Service, startService } from "./support/service.ts";
import { until } from "./support/wait.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface View {
  state: string;
  waiting: { reason: string; sentence: string } | null;
}

test("a process with ROLES=worker starts the workers of a service that starts none", async () => {
  const database = await freshDatabase();
  closers.push(database.drop);
  const store = temporaryFolder("roles");
  closers.push(() => rmSync(store, { recursive: true, force: true }));
  const start = async (roles: string, more: Record<string, string> = {}): Promise<Service> => {
    const service = await startService({
      ROLES: roles,
      DATABASE_URL: database.url,
      STORE_URL: `file://${store}`,
      SECRET_KEY: "the-same-key-for-all-of-these-processes",
      OPERATIONS: "noop",
      SWEEP_SECONDS: "0.5",
      ...more,
    });
    closers.push(service.remove);
    return service;
  };
  const service = await start("api,scheduler");
  const response = await fetch(`${service.url}/v1/requests`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ dataset: { files: ["/data/a"] }, steps: [{ operation: "noop" }] }),
  });
  const { id } = (await response.json()) as { id: string };
  const read = async (): Promise<View> =>
    (await (await fetch(`${service.url}/v1/requests/${id}`)).json()) as View;
  const idle = await until(
    async () => {
      const { waiting } = await read();
      return waiting?.reason === "workers" ? waiting : undefined;
    },
    { timeoutSeconds: 60 },
  );
  expect(idle.sentence).toMatch(/No process of the service starts workers now: .*ROLES=worker/);

  await start("worker", { INTERNAL_URL: service.url, LOCAL_WORKERS: "1" });
  await until(async () => (await read()).state === "complete", { timeoutSeconds: 120 });
});
