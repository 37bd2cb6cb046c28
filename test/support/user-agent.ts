// A browser without a screen: it keeps cookies by path, follows redirects, and sends forms with the
// headers by which browsers say where a call comes from.
import { type Answer, sendCall } from "./api.ts";

export interface Shown extends Pick<Answer, "status" | "text" | "headers"> {
  url: string;
}

export interface UserAgent {
  get(url: string): Promise<Shown>;
  /** without following a redirect */
  open(url: string, headers?: Record<string, string>): Promise<Shown>;
  /** as a form of a page of the same origin */
  send(url: string, form: Record<string, string>): Promise<Shown>;
  /** the same, without following a redirect */
  post(url: string, form: Record<string, string>): Promise<Shown>;
  /** the value of a cookie that the browser would send there */
  cookie(url: string, name: string): string | undefined;
  setCookie(name: string, value: string): void;
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

const mostRedirects = 10;

/** `send`: how its calls are made. */
export function openUserAgent(send: typeof sendCall = sendCall): UserAgent {
  let jar: Cookie[] = [];

  const sentTo = (url: string) => jar.filter(({ path }) => new URL(url).pathname.startsWith(path));

  function keep(cookie: Cookie): void {
    jar = jar.filter(({ name, path }) => name !== cookie.name || path !== cookie.path);
    if (cookie.value !== "") jar.push(cookie);
  }

  async function call(
    url: string,
    { method = "GET", headers = {}, body = "" } = {},
  ): Promise<Shown> {
    const { port, pathname, search, hash } = new URL(url);
    const cookies = sentTo(url).map(({ name, value }) => `${name}=${value}`);
    const answer = await send(Number(port), {
      method,
      path: `${pathname}${search}`,
      headers: {
        accept: "text/html,application/xhtml+xml",
        ...(cookies.length > 0 && { cookie: cookies.join("; ") }),
        ...headers,
      },
      ...(method === "POST" && { body }),
    });
    for (const line of answer.headers["set-cookie"] ?? []) keep(cookieIn(line));
    return { ...answer, url: `${new URL(url).origin}${pathname}${search}${hash}` };
  }

  function post(url: string, form: Record<string, string>): Promise<Shown> {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      origin: new URL(url).origin,
      "sec-fetch-site": "same-origin",
    };
    return call(url, { method: "POST", headers, body: new URLSearchParams(form).toString() });
  }

  async function follow(shown: Shown): Promise<Shown> {
    let now = shown;
    for (let left = mostRedirects; left > 0; left -= 1) {
      const { location } = now.headers;
      if (now.status < 300 || now.status > 399 || location === undefined) return now;
      now = await call(new URL(location, now.url).href);
    }
    throw new Error(`There are too many redirects, the last one to ${now.url}`);
  }

  return {
    open: (url, headers = {}) => call(url, { headers }),
    get: async (url) => follow(await call(url)),
    send: async (url, form) => follow(await post(url, form)),
    post,
    cookie: (url, name) => sentTo(url).find((cookie) => cookie.name === name)?.value,
    setCookie: (name, value) => keep({ name, value, path: "/" }),
  };
}

function cookieIn(line: string): Cookie {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const [name = "", ...value] = pair.split("=");
  const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? "/";
  const isOver = attributes.some(
    (one) => /^max-age=0$/i.test(one) || /^expires=.*\b1970\b/i.test(one),
  );
  return { name, value: isOver ? "" : value.join("="), path };
}
