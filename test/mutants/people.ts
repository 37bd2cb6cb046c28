// Tokens of people, and what they let them do.
import type { Mutant } from "./mutant.ts";

const http = ["http/tokens.test.ts"];
const unit = ["unit/person-tokens.test.ts"];
const policy = ["unit/policy.test.ts"];

export const people: Mutant[] = [
  {
    name: "an access token is taken for an API token",
    file: "auth/tokens/jwt.ts",
    from: "if (header.typ !== types[kind] || claims.data.type !== kind) throw wrongKind(kind);",
    to: 'if (header.typ === "JWT") throw wrongKind(kind);',
    tests: unit,
  },
  {
    name: "a token for somebody else is taken",
    file: "auth/tokens/jwt.ts",
    from: "jwt.verify(text, key, { ...rules, complete: true })",
    to: "jwt.verify(text, key, { ...rules, audience: undefined, complete: true })",
    tests: unit,
  },
  {
    name: "any algorithm will do",
    file: "auth/tokens/jwt.ts",
    from: '  algorithms: ["HS256"],\n',
    to: "",
    tests: unit,
  },
  {
    name: "a revoked token refreshes",
    file: "auth/tokens/refresh.ts",
    from: "if (token.revoked) throw outdated();",
    to: "if (token.id === text) throw outdated();",
    tests: http,
  },
  {
    name: "an access token outlives its API token",
    file: "auth/tokens/by-token.ts",
    from: "!token || token.revoked || ended",
    to: "!token || ended",
    tests: http,
  },
  {
    name: "what was known of a token stays after a change",
    file: "auth/user-cache.ts",
    from: "tokens.forget((facts) => facts.user === user);",
    to: "tokens.forget((facts) => facts.id === user);",
    tests: http,
  },
  {
    name: "a token makes one that may do more",
    file: "auth/tokens/tokens.ts",
    from: "wanted.find((scope) => !hasScope(held, scope))",
    to: "wanted.find((scope) => held?.length === 99 && !hasScope(held, scope))",
    tests: http,
  },
  {
    name: "two at once pass the number of tokens",
    file: "auth/tokens/token-store.ts",
    from: "FOR NO KEY UPDATE`",
    to: "FOR KEY SHARE`",
    tests: http,
  },
  {
    name: "scopes limit nothing",
    file: "users/policy.ts",
    from: 'return scope !== "none" && !hasScope(scopesOf(caller), scope);',
    to: 'return scope === "admin" && !hasScope(scopesOf(caller), scope);',
    tests: policy,
  },
  {
    name: "an administrator's token is one without the scope",
    file: "auth/caller-of-user.ts",
    from: 'user.admin && (how.scopes === undefined || how.scopes.includes("admin"))',
    to: "user.admin",
    tests: policy,
  },
  {
    name: "an account moves from any state",
    file: "users/move-store.ts",
    from: "where: { id, state: { in: [...from] } }",
    to: "where: { id }",
    tests: ["db/people.test.ts"],
  },
];
