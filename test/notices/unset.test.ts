// A service with people that tells them nothing.
import { afterAll, beforeAll, expect, test } from "vitest";
import { deliverNotices, senders } from "../../src/notices/deliver.ts";
import { signupNotice } from "../../src/notices/enqueue.ts";
import { approve } from "../../src/users/approve.ts";
import { type Api, openApi } from "../support/api.ts";
import { loadedFiles } from "../support/loaded.ts";
import { pressed, signed } from "../support/slack.ts";
import { addAccount, startOutside } from "../support/told.ts";
import { until } from "../support/wait.ts";

const root = { kind: "admin", owner: "root", by: "session" } as const;

let plain: Api;
beforeAll(async () => {
  plain = await openApi({ env: { ENABLE_AUTH: "true" } });
});
afterAll(() => plain.close());

/** Of the libraries of Slack and Mailgun, those that are loaded. */
async function loaded(): Promise<string[]> {
  const files = await loadedFiles();
  const names = ["/@slack/bolt/", "/mailgun.js/"];
  return names.filter((name) => files.some((file) => file.includes(name)));
}

test("where neither Slack nor mail is set, nothing is written and nothing loaded for it", async () => {
  const { ctx } = plain.ledger;
  const id = await addAccount(ctx, { mailWhenDone: true });
  expect(signupNotice(ctx, id)).toBeUndefined();
  await approve(ctx, root, id);
  const request = await plain.ledger.submit(1, { owner: id });
  const [task] = await plain.ledger.claim(1, { request });
  if (!task) throw new Error("no task");
  await plain.ledger.report(task, "success");
  await plain.ledger.ended(request);
  const { signal } = new AbortController();
  for (const sender of senders) await deliverNotices(ctx, sender, signal);
  expect(await ctx.db.query("SELECT FROM notices")).toEqual([]);
  const body = pressed({ account: id });
  const call = { method: "POST", path: "/slack", headers: signed(body), body };
  expect((await plain.call(call)).status).toBe(409);
  expect(await loaded()).toEqual([]);
});

test("where both are set they are loaded: Slack's at the start, Mailgun's for the first mail", async () => {
  const outside = await startOutside();
  const { env, connectors, log, mailgun } = outside;
  const api = await openApi({ env, connectors, log });
  await until(async () => (await loaded()).includes("/@slack/bolt/"));
  expect(await loaded()).toEqual(["/@slack/bolt/"]);
  await approve(api.ledger.ctx, root, await addAccount(api.ledger.ctx));
  await until(() => mailgun.mails.length === 1);
  expect(await loaded()).toEqual(["/@slack/bolt/", "/mailgun.js/"]);
  await api.close();
  await outside.close();
});
