// Secrets of addresses: what is kept of them, and who gets them.
import type { Mutant } from "./mutant.ts";

const secrets = ["datasets/secrets.test.ts"];
const outside = ["http/secrets-outside.test.ts"];

export const addressSecrets: Mutant[] = [
  {
    name: "a dataset with the secrets of one request is used by the next",
    file: "datasets/lookup-end.ts",
    from: 'hasSecrets ? "stale" : "ready"',
    to: 'hasSecrets ? "ready" : "ready"',
    tests: secrets,
  },
  {
    name: "a list with secrets has a name that can be guessed",
    file: "datasets/resolve.ts",
    from: "return isSecret ? secretListName(keys, plain) : plain;",
    to: 'return isSecret && plain === "" ? secretListName(keys, plain) : plain;',
    tests: secrets,
  },
  {
    name: "an expired signature of a finder is kept",
    file: "datasets/secrets-store.ts",
    from: "DO UPDATE SET sealed = excluded.sealed",
    to: "DO NOTHING",
    tests: secrets,
  },
  {
    name: "files with several tokens are one file",
    file: "addresses/sealed.ts",
    from: '!secretsOf(address).has("secret")',
    to: "secretsOf(address).size > 0",
    tests: ["unit/sealed-addresses.test.ts"],
  },
  {
    name: "only the newest key opens secrets",
    file: "seal.ts",
    from: "return byAnyKey(keys, (key) => {",
    to: "return byAnyKey(keys.slice(0, 1), (key) => {",
    tests: ["unit/sealed-addresses.test.ts"],
  },
  {
    name: "a password goes to the host of a redirect",
    file: "inputs/remote.ts",
    from: "to.origin === from.origin && ",
    to: "",
    tests: ["inputs/fetch.test.ts"],
    only: "with a password",
  },
  {
    name: "the search finds a session that is kept as its cookie",
    file: "auth/sessions.ts",
    from: 'return hashOf(cookie).toString("hex");',
    to: 'return Buffer.from(cookie, "base64url").toString("hex");',
    tests: outside,
  },
  {
    name: "the search finds tokens of the provider in the log",
    file: "auth/oidc/strategy.ts",
    from: "  if (configuration.serverMetadata().revocation_endpoint === undefined) return;\n",
    to: '  log.debug("revoked: " + allTokens(tokens).map((one) => one.token).join());\n',
    tests: outside,
  },
  {
    name: "the search that ends each file finds a cookie in the log",
    file: "http/call.ts",
    from: "logAccess(ctx, { request: locals.requestId, address,",
    to: "logAccess(ctx, { request: locals.requestId, sent: request.headers.cookie, address,",
    tests: ["http/leaks.test.ts"],
  },
  {
    name: "the search finds what Slack answered on a page",
    file: "notices/slack.ts",
    from: "/^[a-z_]{1,60}$/.test(body)",
    to: 'body !== ""',
    tests: outside,
  },
  {
    name: "the search finds the state of a sign-in in an answer",
    file: "auth/oidc/strategy.ts",
    from: "if (!pending) throw unknownSignIn();",
    to: 'if (!pending) throw new RequestError(400, "unknown_sign_in", "None is " + state);',
    tests: outside,
  },
];
