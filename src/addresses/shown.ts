import { type CredentialKind, isSecretValue, kindOfName } from "./credentials.ts";

/** What stands in an address for its secrets. */
export const redacted = "[redacted]";

/**
 * The address as it may be shown, kept and compared: without user information and without the
 * parameters that are credentials. Paths of this machine are unchanged.
 */
export function shownAddress(address: string): string {
  return isRemote(address) ? split(address).shown : address;
}

/** The secrets of an address, by what they are; none where it may be shown whole. */
export function secretsOf(address: string): ReadonlySet<CredentialKind> {
  return isRemote(address) ? split(address).secrets : noSecrets;
}

/** Any text that may quote addresses or headers, whole or in part. */
export function withoutSecrets(text: string): string {
  return text
    .replace(schemeAndSecret, `$1 ${redacted}`)
    .replace(/[^\s"'<>`]+/g, (word) => {
      if (!/[?&#;@]/.test(word)) return word;
      const [end = ""] = /[.,:;)]{1,3}$/.exec(word) ?? [];
      return split(word.slice(0, word.length - end.length)).shown + end;
    })
    .replace(jsonWebToken, (token, end?: string) => (end === undefined ? token : redacted));
}

/** The value of an Authorization header; not "basic authentication". */
const schemeAndSecret =
  /\b(bearer|basic)\s+(?!(?:authentication|authorization|configuration)\b)[\w+/=.~-]{12,}/gi;
/** Matches also without its end, so that no text is read again and again. */
const jsonWebToken = /\beyJ[\w-]+(\.[\w-]+\.[\w-]*)?/g;

/** Whether the address was copied from where it is shown: its secrets are missing. */
export function isRedacted(address: string): boolean {
  return (
    isRemote(address) &&
    /(?::\/\/|^https?:[\\/]*)\[redacted\]@|[?&#;]\[redacted\](?:$|[?&#;/])/.test(address)
  );
}

/** Whether the address may not be shown whole. */
export function hasSecret(address: string): boolean {
  return secretsOf(address).size > 0;
}

const noSecrets: ReadonlySet<CredentialKind> = new Set();

/** URL parsers take `https:name:password@host` for a URL too. */
function isRemote(address: string): boolean {
  return /:\/\/|^https?:/i.test(address) && !/^(?:file|dir):\/\/\//i.test(address);
}

interface Split {
  shown: string;
  secrets: Set<CredentialKind>;
}

/** An address in the value of a parameter is split too, and one in a value of that. */
const deepest = 3;

function split(address: string, depth = 0): Split {
  const secrets = new Set<CredentialKind>();
  const named = withoutUser(address);
  if (named !== address) secrets.add("secret");
  // A text may quote the query alone
  const at = named.search(named.includes("://") ? /[?#]/ : /[?&#]/);
  const path = at === -1 ? named : named.slice(0, at);
  const shownPath = path.replace(/;([^;/]+)/g, (whole, parameter: string) => {
    const kind = kindOf(parameter, false, depth);
    if (kind) secrets.add(kind);
    return kind ? `;${redacted}` : whole;
  });
  if (at === -1) return { shown: shownPath, secrets };
  return { shown: shownPath + shownParameters(named.slice(at), secrets, depth), secrets };
}

function shownParameters(text: string, secrets: Set<CredentialKind>, depth: number): string {
  const isShared = /[?&](?:amp;)?sig=/i.test(text);
  let shown = "";
  let isMarked = false;
  for (const [, separator = "", parameter = ""] of text.matchAll(/([?&#])([^?&#]*)/g)) {
    const kind = kindOf(parameter, isShared, depth);
    if (kind) secrets.add(kind);
    // One mark for all of them
    if (!kind) shown += separator + parameter;
    else if (!isMarked) shown += separator + redacted;
    isMarked ||= kind !== undefined;
  }
  return shown;
}

function kindOf(parameter: string, isShared: boolean, depth: number): CredentialKind | undefined {
  const text = parameter.replace(/^amp;/, "");
  const at = text.indexOf("=");
  if (at === -1) return isSecretValue(decoded(text)) ? "secret" : undefined;
  const value = decoded(text.slice(at + 1));
  if (value === "") return undefined;
  const kind = kindOfName(decoded(text.slice(0, at)), isShared);
  if (kind) return kind;
  if (isSecretValue(value) || (depth < deepest && holdsSecret(value, depth))) return "secret";
  return undefined;
}

/** Also with other separators, as in JSON or where `;` separates parameters. */
function holdsSecret(value: string, depth: number): boolean {
  const text = value.replace(/\\u0026|;/g, "&");
  return /[?&#@]/.test(text) && split(text, depth + 1).secrets.size > 0;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** URL parsers take a backslash for a slash. */
function withoutUser(address: string): string {
  if (!address.includes("@")) return address;
  return withoutBrokenUser(address).replace(
    /(:\/\/|\bhttps?:[\\/]*)([^\\/?#]*)/gi,
    (whole, start: string, host: string) => {
      const at = host.lastIndexOf("@");
      return at === -1 ? whole : `${start}${redacted}${host.slice(at)}`;
    },
  );
}

/** A password with a slash or a question mark that is not encoded: what is before it is no port. */
function withoutBrokenUser(address: string): string {
  const start = address.indexOf("://") + 3;
  if (start < 3) return address;
  const [host = ""] = /^[^\\/?#]*/.exec(address.slice(start)) ?? [];
  if (host.startsWith("[") || /^[^:]*(?::\d*)?$/.test(host) || host.includes("@")) return address;
  return address.slice(0, start) + redacted + address.slice(address.lastIndexOf("@"));
}
