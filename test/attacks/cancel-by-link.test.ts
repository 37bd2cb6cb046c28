// A page that a user opens has a link, or an image, whose address cancels the user's request.
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServiceX, startServiceX } from "../facades/servicex/servicex.ts";

let servicex: ServiceX;
beforeAll(async () => {
  servicex = await startServiceX();
});
afterAll(() => servicex.remove());

/** With these headers alone; `fetch` would add its own. */
function statusOf(path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, servicex.service.url), { method, headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.on("error", reject).end();
  });
}

async function running(): Promise<string> {
  const id = await servicex.submit({ "file-list": ["root://host//a.root"] });
  await servicex.reached(id, "Running", 1);
  return id;
}

const ofBrowsers = {
  "a link on the same site": {
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "sec-fetch-user": "?1",
  },
  "an address that the user pastes": {
    "sec-fetch-site": "none",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  },
  "an image": {
    "sec-fetch-site": "same-site",
    "sec-fetch-mode": "no-cors",
    "sec-fetch-dest": "image",
  },
  "a script of another page of this host": {
    "sec-fetch-site": "same-site",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
  },
  "a browser that sends one header": { "sec-fetch-dest": "iframe" },
};

test("no link, image or script in a browser cancels a request", async () => {
  const id = await running();
  const path = `/servicex/transformation/${id}/cancel`;
  for (const [what, headers] of Object.entries(ofBrowsers))
    expect(await statusOf(path, headers), what).toBe(403);
  expect(await statusOf(path, {}, "HEAD")).toBe(403);
  expect((await servicex.read(id)).status).toBe("Running");
});

test("the clients, which send no such header, cancel as before", async () => {
  const path = (id: string) => `/servicex/transformation/${id}/cancel`;
  expect(await statusOf(path(await running()), { "user-agent": "python-httpx/0.28" })).toBe(200);
  expect(await statusOf(path(await running()), {}, "POST")).toBe(200);
  expect((await fetch(new URL(path(await running()), servicex.service.url))).status).toBe(200);
});
