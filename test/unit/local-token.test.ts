import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeLocalAccess } from "../../src/auth/local-access.ts";
import { keepLocalToken, localTokenFor } from "../../src/local-token.ts";
import { temporaryFolder } from "../support/folder.ts";

test("the token is for the service that made it, and for no other address", () => {
  const folder = temporaryFolder("token");
  const url = "http://127.0.0.1:5000";
  expect(localTokenFor(folder, url)).toBeUndefined();
  const kept = keepLocalToken(folder, url, "secret");
  expect(kept.link).toBe("http://127.0.0.1:5000/open?token=secret");
  expect(localTokenFor(folder, url)).toBe("secret");
  expect(localTokenFor(folder, `${url}/`)).toBe("secret");
  for (const other of ["http://127.0.0.1:5001", "http://localhost:5000", "https://127.0.0.1:5000"])
    expect(localTokenFor(folder, other), other).toBeUndefined();
  kept.remove();
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("a later start replaces what was left, and what is not a link is no token", () => {
  const folder = temporaryFolder("token");
  writeFileSync(join(folder, "local-token"), "open to all", { mode: 0o644 });
  keepLocalToken(folder, "http://127.0.0.1:1", "first");
  keepLocalToken(folder, "http://127.0.0.1:2/below", "second");
  expect(localTokenFor(folder, "http://127.0.0.1:1")).toBeUndefined();
  expect(localTokenFor(folder, "http://127.0.0.1:2/below")).toBe("second");
  writeFileSync(join(folder, "local-link"), "nothing");
  expect(localTokenFor(folder, "http://127.0.0.1:2")).toBeUndefined();
  rmSync(folder, { recursive: true });
});

test("another text is not the token, however much of it is the same, nor is the cookie", () => {
  const access = makeLocalAccess({ public: () => "http://127.0.0.1:5000" });
  const { token } = access;
  const { value: cookie } = access.cookieFor({ localPort: 5000 });
  expect(access.isToken(token)).toBe(true);
  const lastChanged = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
  for (const other of ["", token.slice(1), `${token}A`, lastChanged, cookie])
    expect(access.isToken(other), other).toBe(false);
});
