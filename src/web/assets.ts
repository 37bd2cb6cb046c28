// The style, the script and the icon: files of our own origin, so that pages need no inline ones.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "./page.ts";

const types = {
  "pages.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};
type Name = keyof typeof types;

const files = new Map<Name, { body: Buffer; hash: string }>();

/** `service.health`: the page of a refusal needs them too. */
export const assetPages: Page[] = (Object.keys(types) as Name[]).map((name) => ({
  method: "get",
  path: `/assets/${name}`,
  access: "service.health",
  answer: ({ query }) => ({
    status: 200,
    body: file(name).body,
    headers: {
      "content-type": types[name],
      "cache-control":
        query.v === file(name).hash ? "public, max-age=31536000, immutable" : "no-cache",
    },
  }),
}));

/** It changes with the content, so browsers may keep what they have. */
export function assetPath(name: Name): `/${string}` {
  return `/assets/${name}?v=${file(name).hash}`;
}

function file(name: Name): { body: Buffer; hash: string } {
  const known = files.get(name);
  if (known) return known;
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
  files.set(name, { body, hash });
  return { body, hash };
}
