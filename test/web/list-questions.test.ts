// What the list of requests on the first page asks the database.
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Api, openApi } from "../support/api.ts";
import { addPerson, browserOf, providerEnv } from "../support/people.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi({ env: { ENABLE_AUTH: "true", ...providerEnv }, scheduler: false });
});
afterAll(() => api.close());

test("defect 43: 20 requests with their owners' names take a few questions, not one for each", async () => {
  const admin = await addPerson(api.ledger.ctx, { admin: true });
  const browser = await browserOf(api.ledger.ctx, admin.id);
  for (let person = 0; person < 20; person++)
    await api.ledger.submit(1, { owner: (await addPerson(api.ledger.ctx)).id });
  const sent = vi.spyOn(pg.Client.prototype, "query");
  const page = await api.get("/?owner=all", browser);
  const questions = sent.mock.calls.filter(([asked]) => {
    const text = typeof asked === "string" ? asked : (asked as { text?: string }).text;
    return /^\s*SELECT[^;]*\b(users|requests)\b/i.test(text ?? "");
  }).length;
  expect(page.text.match(/of <bdi>A person/g)).toHaveLength(20);
  expect(questions).toBeGreaterThan(0);
  expect(questions).toBeLessThan(10);
});
