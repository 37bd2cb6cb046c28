// A browser without a screen in which somebody is signed in: it opens pages, and sends their forms.
import type { Answer, Api } from "./api.ts";
import { browserOf } from "./people.ts";

export interface PersonBrowser {
  open(path: string): Promise<Answer>;
  /** with the hidden field of a page for this session */
  send(path: string, fields?: Record<string, string>): Promise<Answer>;
}

export async function openPersonBrowser(api: Api, person: string): Promise<PersonBrowser> {
  const headers = { ...(await browserOf(api.ledger.ctx, person)), accept: "text/html" };
  const open = (path: string) => api.get(path, headers);
  const csrf = /name="csrf" value="([^"]+)"/.exec((await open("/profile")).text)?.[1] ?? "";
  return {
    open,
    send: (path, fields = {}) =>
      api.call({
        method: "POST",
        path,
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        body: String(new URLSearchParams({ csrf, ...fields })),
      }),
  };
}
