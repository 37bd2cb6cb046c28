// Tokens that people hold of ServiceX, keys, and how secrets are compared.
import type { Mutant } from "./mutant.ts";

const imported = ["client/import.test.ts"];
const unit = ["unit/imported-tokens.test.ts"];
const keys = ["http/access-keys.test.ts"];
const openLink = ["http/open-link.test.ts"];

export const credentials: Mutant[] = [
  {
    name: "a token of ServiceX that was signed again is the imported one",
    file: "auth/tokens/refresh.ts",
    from: "!isOwners || !sameHash(hashOf(text), token.hash)",
    to: "!isOwners",
    tests: imported,
  },
  {
    name: "ServiceX's access token refreshes",
    file: "auth/tokens/imported.ts",
    from: 'type: z.literal("refresh"),',
    to: "type: z.string(),",
    tests: unit,
  },
  {
    name: "a token of ServiceX is signed by any algorithm",
    file: "auth/tokens/imported.ts",
    from: 'algorithms: ["HS256"],',
    to: 'algorithms: ["HS256", "HS384", "HS512"],',
    tests: unit,
  },
  {
    name: "a token of ServiceX lasts after its row has ended",
    file: "auth/tokens/refresh.ts",
    from: "last !== undefined && last <= now",
    to: "last === 0",
    tests: imported,
  },
  {
    name: "every secret is the right one",
    file: "auth/secret-text.ts",
    from: "timingSafeEqual(one, other)",
    to: "one !== other",
    tests: keys,
  },
  {
    name: "every text of the right length is the right proof",
    file: "secrets.ts",
    from: "left.length === right.length && timingSafeEqual(left, right)",
    to: "left.length === right.length",
    tests: ["unit/csrf.test.ts"],
  },
  {
    name: "every signature is Slack's",
    file: "facades/servicex/slack/verify.ts",
    from: 'if (!timingSafeEqual(Buffer.from(signature.slice("v0=".length), "hex"), expected))',
    to: "if (expected.length === 0)",
    tests: ["unit/slack-signature.test.ts"],
  },
  {
    name: "every token is that of the service's own user",
    file: "auth/local-access.ts",
    from: "return timingSafeEqual(hashOf(text), hashOf(secret));",
    to: "return hashOf(text).length === hashOf(secret).length;",
    tests: ["unit/local-token.test.ts"],
  },
  {
    name: "a key counts by its id alone",
    file: "auth/keys/by-key.ts",
    from: "!key || !sameHash(hashOf(text), key.hash)",
    to: "!key",
    tests: keys,
  },
  {
    name: "a revoked key lets in",
    file: "auth/keys/by-key.ts",
    from: "if (key.revoked)",
    to: 'if (key.name === "")',
    tests: keys,
  },
  {
    name: "a key that has expired lets in",
    file: "auth/keys/by-key.ts",
    from: "key.expiresAt.getTime() < now",
    to: "key.expiresAt.getTime() < 0",
    tests: keys,
  },
  {
    name: "the cookie of the local link is one that another host can set",
    file: "auth/local-access.ts",
    from: '"__Host-" : ""',
    to: '"" : ""',
    tests: openLink,
  },
];
