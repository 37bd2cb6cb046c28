// Whatever is asked of a service, in the process of a test or in one of its own, is heard by the
// search for secrets that ends every file of tests; and so is what the service logs.
import { expect, test } from "vitest";
import { listen } from "../../src/http/listen.ts";
import { openApi, sendCall } from "../support/api.ts";
import { takeHeard } from "../support/leaks/heard.ts";
import { leaksIn } from "../support/leaks/search.ts";
import { addPerson, bearer, browserOf } from "../support/people.ts";
import { program } from "../support/program.ts";
import { startService } from "../support/service.ts";

const token = "a-token-that-is-told-4b81";
const secretKey = "a-key-that-is-logged-77d0";

test("an answer with the token of its own call is a leak", async () => {
  const telling = await listen("127.0.0.1", 0, "PORT", ({ headers }, response) => {
    response.setHeader("x-content-type-options", "nosniff");
    response.end(`You have sent ${headers.authorization}.`);
  });
  await sendCall(Number(new URL(telling.url).port), { path: "/tells?x", headers: bearer(token) });
  await telling.close(1);
  expect(leaksIn(takeHeard())).toEqual(["the token of GET /tells in the answer to GET /tells"]);
});

test("a log in this process with a secret of the settings is one", async () => {
  const api = await openApi({ env: { SECRET_KEY: secretKey } });
  await api.get("/healthz");
  api.ledger.ctx.log.debug({ odd: secretKey }, "told");
  await api.close();
  const heard = takeHeard();
  expect(heard.answers.map(({ url }) => url)).toContain("/healthz");
  expect(leaksIn(heard)).toEqual(["SECRET_KEY in the log"]);
});

test("a person's calls leave their credentials in no answer and no line of the log", async () => {
  const api = await openApi({ env: { ENABLE_AUTH: "true" }, scheduler: false });
  const { id, accessToken } = await addPerson(api.ledger.ctx);
  const browser = await browserOf(api.ledger.ctx, id);
  for (const path of ["/v1/requests", "/v1/none", "/profile"])
    for (const headers of [bearer(accessToken), { ...browser, accept: "text/html" }])
      await api.get(path, headers);
  await api.close();
  const heard = takeHeard();
  expect(heard.logs.map(({ text }) => text).join()).toContain('"path":"/profile"');
  expect(heard.secrets.map(({ name }) => name)).toContain("the cookie of a session");
  expect(heard.answers).toHaveLength(6);
  expect(leaksIn(heard)).toEqual([]);
});

test("the answers of a service in a process of its own are heard, and what it prints", async () => {
  const prints = "data:text/javascript,console.error(process.env.SECRET_KEY)";
  const service = await startService({ SECRET_KEY: secretKey }, ["--import", prints, ...program]);
  const cookie = `longshore-session-1=${token}`;
  await fetch(`${service.url}/v1/requests?limit=1`, { headers: { ...bearer(token), cookie } });
  const page = await (await fetch(service.url)).text();
  await service.remove();
  const heard = takeHeard();
  expect(heard.answers).toContainEqual(
    expect.objectContaining({
      ...{ method: "GET", url: "/v1/requests?limit=1", cookie },
      authorization: `Bearer ${token}`,
      text: expect.stringContaining('"items":[]'),
    }),
  );
  expect(heard.answers.find(({ url }) => url === "/")?.text).toContain(page);
  expect(leaksIn(heard)).toEqual(["SECRET_KEY in what a service printed"]);
});
