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

test("defect 43: 20 requests with their owners' names take no more questions than 5", async () => {
  const admin = await addPerson(api.ledger.ctx, { admin: true });
  const browser = await browserOf(api.ledger.ctx, admin.id);
  const sent = vi.spyOn(pg.Client.prototype, "query");
  const add = async (people: number) => {
    for (let person = 0; person < people; person++)
      await api.ledger.submit(1, { owner: (await addPerson(api.ledger.ctx)).id });
  };
  const questionsFor = async (shown: number) => {
    sent.mockClear();
    const page = await api.get("/?owner=all", browser);
    expect(page.text.match(/of <bdi>A person/g)).toHaveLength(shown);
    return sent.mock.calls.filter(([asked]) => {
      const text = typeof asked === "string" ? asked : (asked as { text?: string }).text;
      return /^\s*SELECT[^;]*\b(users|requests)\b/i.test(text ?? "");
    }).length;
  };
  await add(5);
  const few = await questionsFor(5);
  await add(15);
  const many = await questionsFor(20);
  expect(few).toBeGreaterThan(0);
  // The service asks some questions of its own meanwhile; one for each row would be 15 more.
  expect(many - few).toBeLessThan(8);
});
