// Which parts of an address are credentials. doc/security.md lists the same names for people.

/** Parameters of addresses that are signed for a limited time; the path alone names the file. */
const signing = [
  // AWS signature version 2, CloudFront
  ["awsaccesskeyid", "signature", "expires", "policy", "keypairid"],
  // Google Cloud Storage, version 2
  ["googleaccessid"],
].flat();
const signingPrefixes = ["xamz", "xgoog"];

/** Of a shared access signature (Azure); they mean something else where there is no `sig`. */
const sharedAccess = new Set(
  [
    ["sig", "sv", "ss", "srt", "sr", "sp", "se", "st", "spr", "sip", "si", "sdd", "scid", "ses"],
    ["skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "sduoid", "skdutid"],
  ].flat(),
);

/** Names that mean a credential where they are a word of a parameter's name. */
const words = new Set(
  [
    ["token", "jwt", "bearer", "signature", "sig", "sign", "hmac", "md5", "ticket", "sas"],
    ["key", "apikey", "accesskey", "secretkey", "secret", "credential", "credentials", "assertion"],
    ["password", "passwd", "passphrase", "pass", "pwd", "pw", "pin", "otp"],
    ["auth", "authz", "authorization", "session", "sessionid", "jsessionid", "phpsessid", "sid"],
    ["hdnea", "hdnts", "hdntl"],
  ].flat(),
);
const endings = ["token", "signature", "secret", "password", "apikey", "accesskey", "credential"];

/** `signature`: renewed for the same file again and again; `secret`: may name what it opens. */
export type CredentialKind = "signature" | "secret";

/** `isShared`: the address has the `sig` of a shared access signature. */
export function kindOfName(name: string, isShared: boolean): CredentialKind | undefined {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (signing.includes(plain) || signingPrefixes.some((prefix) => plain.startsWith(prefix)))
    return "signature";
  if (isShared && sharedAccess.has(plain)) return "signature";
  const parts = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const isSecret =
    parts.some((part) => words.has(part)) || endings.some((ending) => plain.endsWith(ending));
  return isSecret ? "secret" : undefined;
}

/** A JSON Web Token, a header's value, or a long text without meaning, whatever its name. */
export function isSecretValue(value: string): boolean {
  if (/^eyJ[\w-]{5,}\.[\w-]+/.test(value) || /^(bearer|basic)[\s+]/i.test(value)) return true;
  return (
    value.length > 40 &&
    /^[\w~+/=-]+$/.test(value) &&
    /[a-z0-9+=]{16}/i.test(value) &&
    /\d/.test(value)
  );
}
