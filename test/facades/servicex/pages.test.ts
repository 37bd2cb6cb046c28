// The addresses of ServiceX's own pages, which its clients print and people have bookmarked.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, openApi } from "../../support/api.ts";

let api: Api;
let id: string;
let number: number;
beforeAll(async () => {
  api = await openApi();
  id = await api.ledger.submit(1);
  number = (await api.ledger.read(id)).number;
});
afterAll(() => api.close());

const leadsTo = async (path: string) => {
  const { status, headers } = await api.get(path);
  return [status, headers.location];
};

test("the link that the client prints leads to the files that failed", async () => {
  const failed = [302, `/requests/${id}?state=failed#files`];
  expect(await leadsTo(`/transformation-request//${id}/results?status=failure`)).toEqual(failed);
  expect(await leadsTo(`/transformation-request/${id}/results?status=failure&page=2`)).toEqual(
    failed,
  );
});

test("a request's page and its results are found by the id and by the number", async () => {
  for (const name of [id, number]) {
    expect(await leadsTo(`/transformation-request/${name}`)).toEqual([302, `/requests/${id}`]);
    expect(await leadsTo(`/transformation-request/${name}/results`)).toEqual([
      302,
      `/requests/${id}#files`,
    ]);
    expect(await leadsTo(`/transformation-request/${name}/results?status=success`)).toEqual([
      302,
      `/requests/${id}?state=done#files`,
    ]);
  }
  const page = await api.get(`/requests/${id}?state=failed`);
  expect(page.status).toBe(200);
});

test("the other pages lead to the first one, and each place there exists", async () => {
  const { text } = await api.get("/");
  const others = ["/about", "/monitor", "/logs", "/dashboard", "/global-dashboard"];
  for (const path of [...others, "/sign-in", "/profile", "/api-token"]) {
    const [status, location] = await leadsTo(path);
    expect(status, path).toBe(302);
    const place = /^\/(?:#(.+))?$/.exec(String(location))?.[1];
    if (place) expect(text).toContain(`id="${place}"`);
  }
});

test("a slash at the end makes no difference, also for a link of another site", async () => {
  const link = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  for (const path of ["/about/", "/dashboard/", `/transformation-request/${id}/results/`])
    expect((await api.get(path, link)).status, path).toBe(302);
  expect((await api.get("/.servicex/", link)).status).toBe(200);
});

test("servicex.yaml is downloaded as the first page shows it", async () => {
  const { headers, text } = await api.get("/.servicex");
  expect(headers["content-disposition"]).toBe('attachment; filename="servicex.yaml"');
  expect((await api.get("/")).text).toContain(text);
});

test("an unknown request is a page in a browser, also by a link of another site", async () => {
  const notebook = { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate" };
  const link = { ...notebook, "sec-fetch-dest": "document" };
  expect((await api.get(`/transformation-request/${number}`, link)).status).toBe(302);
  const unknown = await api.get("/transformation-request/99999", { ...link, accept: "text/html" });
  expect(unknown.status).toBe(404);
  expect(unknown.text).toContain("Transformation request not found");
});

test("PUBLIC_URL's prefix is kept", async () => {
  const below = await openApi({ env: { PUBLIC_URL: "https://site.example/data" } });
  try {
    const request = await below.ledger.submit(1);
    const path = `/transformation-request/${request}`;
    const { headers } = await below.get(path, { host: "site.example" });
    expect(headers.location).toBe(`/data/requests/${request}`);
  } finally {
    await below.close();
  }
});
