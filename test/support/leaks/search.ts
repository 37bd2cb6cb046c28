// Looks for secrets in answers and logs: those that support has noted, and each credential with
// which a call was made.

export interface Secret {
  name: string;
  value: string;
  /** `METHOD path` of calls whose answers may have it, since they give it */
  givenBy?: RegExp | undefined;
}

export interface HeardAnswer {
  method: string;
  /** with its query */
  url: string;
  authorization?: string | undefined;
  cookie?: string | undefined;
  /** headers without cookies, and the body */
  text: string;
}

export interface Log {
  name: string;
  text: string;
}

export interface HeardThings {
  secrets: readonly Secret[];
  answers: readonly HeardAnswer[];
  logs: readonly Log[];
}

/** Each of these calls makes a credential, and its answer is where it is shown. */
const givesCredentials = new RegExp(
  "^POST \\S*/(tokens(/[^/]+/replace)?|oauth/token|token/refresh|" +
    "v1/worker-tokens|v1/access-keys|admin/keys)$",
);
/** Whoever may read a request has its keys by these calls. */
const givesKeys = /^GET \S*\/(requests\/[^/]+\/s3|servicex\/transformation(\/[^/]*)?)$/;

/** Where secrets stand that must not, each once; the value itself is not shown. */
export function leaksIn({ secrets, answers, logs }: HeardThings): string[] {
  const inText = finder([...secrets, ...answers.flatMap(secretsOf)]);
  const leaks = new Set<string>();
  for (const answer of answers) {
    const call = callOf(answer);
    for (const { name, givenBy } of inText(answer.text))
      if (!givenBy?.test(call)) leaks.add(`${name} in the answer to ${call}`);
  }
  for (const { name, text } of logs)
    for (const secret of inText(text)) leaks.add(`${secret.name} in ${name}`);
  return [...leaks];
}

function callOf({ method, url }: Pick<HeardAnswer, "method" | "url">): string {
  return `${method} ${url.split("?")[0]}`;
}

/** The credentials that a call was made with, and the keys that its answer gives. */
function secretsOf(answer: HeardAnswer): Secret[] {
  const { authorization = "", cookie = "", url, text } = answer;
  const call = callOf(answer);
  const found: Secret[] = [];
  const add = (name: string, value: string | undefined, givenBy?: RegExp) => {
    if (value !== undefined && isCredential(value)) found.push({ name, value, givenBy });
  };
  const bearer = /^Bearer (\S+)$/i.exec(authorization)?.[1];
  // The parts before say whose token it is, and are no secret.
  const signature = /^[\w-]+\.[\w-]+\.([\w-]+)$/.exec(bearer ?? "")?.[1];
  add(`the token of ${call}`, signature ?? bearer, givesCredentials);
  add(`the login of ${call}`, /^Basic (\S+)$/i.exec(authorization)?.[1]);
  for (const [, name, value] of cookie.matchAll(/([^=;\s]+)=([^;\s]+)/g))
    add(`the cookie ${name?.replace(/-\d+$/, "")} of ${call}`, value);
  add(`the token in the path of ${call}`, /\/servicex\/internal\/w\/([^/?]+)/.exec(url)?.[1]);
  if (givesKeys.test(call))
    for (const [, key] of text.matchAll(/"(?:secret_key|minio-secret-key)":\s*"([^"]+)"/g))
      add("a request's S3 key", key, givesKeys);
  return found;
}

/** A test may also send what is none, such as the id of something. */
function isCredential(value: string): boolean {
  return value.length >= 20 && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** The secret as it is, as a URL or JSON writes it, its bytes and those that it stands for. */
function formsOf({ value }: Secret): string[] {
  const bytes = Buffer.from(value);
  const base64 = bytes.toString("base64");
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    bytes.toString("hex"),
    base64.replace(/=+$/, ""),
    bytes.toString("base64url"),
    ...(/^[\w-]{43}$/.test(value) ? [Buffer.from(value, "base64url").toString("hex")] : []),
  ];
}

/** Shorter than the shortest form. */
const words = /[\w+/=%-]{12,}/g;

/**
 * Tells which secrets are in a text. Most texts consist of the same words, each of which is
 * searched once.
 */
function finder(secrets: readonly Secret[]): (text: string) => ReadonlySet<Secret> {
  const byForm = new Map<string, Secret>();
  for (const secret of secrets)
    for (const form of formsOf(secret)) if (!byForm.has(form)) byForm.set(form, secret);
  const forms = [...byForm.keys()];
  const isWord = (form: string) => form.match(words)?.[0] === form;
  const ofWords = forms.filter(isWord);
  const others = forms.filter((form) => !isWord(form));
  const known = new Map<string, Secret[]>();

  function inWord(word: string): Secret[] {
    const before = known.get(word);
    if (before) return before;
    const found = ofWords.filter((form) => word.includes(form));
    const secretsFound = found.flatMap((form) => byForm.get(form) ?? []);
    known.set(word, secretsFound);
    return secretsFound;
  }

  return (text) => {
    const whole = others.filter((form) => text.includes(form));
    return new Set([
      ...whole.flatMap((form) => byForm.get(form) ?? []),
      ...(text.match(words) ?? []).flatMap(inWord),
    ]);
  };
}
