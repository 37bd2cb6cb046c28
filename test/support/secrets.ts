// Every secret that a test makes is looked for in all that the service answers, logs and keeps.
import type { Logger } from "pino";
import { loggerTo } from "../../src/log.ts";
import { type Answer, type Api, type ApiOptions, openApi, sendCall } from "./api.ts";

export interface WatchedApi extends Api {
  /** `givenBy`: the answers that may have it, since they give it; or of which calls they are */
  secret(name: string, value: string, ...givenBy: (Answer | RegExp)[]): void;
  /** A call to any port; what is not another's answers (`others`) is looked at. */
  callAt: typeof sendCall;
  /** ports of stand-ins, whose answers may have secrets */
  others: Set<number>;
  /** Where secrets were found, each with its name. */
  leaks(): Promise<string[]>;
  /** how many answers and lines of the log were looked at */
  seen(): { answers: number; lines: number };
}

interface Heard {
  where: string;
  answer: Answer;
}

interface Secret {
  name: string;
  value: string;
  givenBy: readonly (Answer | RegExp)[];
}

/** An API that remembers what it has said. */
export async function openWatchedApi(options: Omit<ApiOptions, "log"> = {}): Promise<WatchedApi> {
  const lines: string[] = [];
  const heard: Heard[] = [];
  const secrets: Secret[] = [];
  const log: Logger = loggerTo({ write: (line) => void lines.push(line) }, "trace");
  const api = await openApi({ ...options, log });

  const call: Api["call"] = async (one) => {
    const answer = await api.call(one);
    heard.push({ where: `${one.method ?? "GET"} ${one.path}`, answer });
    return answer;
  };

  const others = new Set<number>();
  const callAt: WatchedApi["callAt"] = async (port, one) => {
    const answer = await sendCall(port, one);
    const where = `${one.method ?? "GET"} ${one.path}`;
    if (!others.has(port)) heard.push({ where, answer });
    return answer;
  };

  return {
    ...api,
    call,
    callAt,
    others,
    get: (path, headers = {}) => call({ path, headers }),
    post: (path, body, headers = {}) =>
      call({
        method: "POST",
        path,
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      }),
    secret: (name, value, ...givenBy) => void secrets.push({ name, value, givenBy }),
    async leaks() {
      const kept = await everyRow(api);
      return secrets.flatMap((secret) => [
        ...leaksOf(secret, heard),
        ...lines.filter((line) => has(line, secret)).map((line) => `${secret.name} in ${line}`),
        ...kept
          .filter(({ text }) => has(text, secret))
          .map(({ table }) => `${secret.name} in ${table}`),
      ]);
    },
    seen: () => ({ answers: heard.length, lines: lines.length }),
  };
}

function leaksOf(secret: Secret, heard: readonly Heard[]): string[] {
  return heard
    .filter(
      ({ where, answer }) =>
        !secret.givenBy.some((one) => (one instanceof RegExp ? one.test(where) : one === answer)),
    )
    .filter(({ answer }) => has(`${JSON.stringify(answer.headers)}\n${answer.text}`, secret))
    .map(({ where }) => `${secret.name} in the answer to ${where}`);
}

/**
 * As it is, as a URL or JSON writes it, as Postgres shows its bytes and those that it stands for,
 * and in base64.
 */
function has(text: string, { value }: Secret): boolean {
  if (value === "") throw new Error("Nothing is no secret.");
  const bytes = Buffer.from(value);
  const forms = [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    ...(["hex", "base64", "base64url"] as const).map((form) => bytes.toString(form)),
    ...(/^[\w-]{43}$/.test(value) ? [Buffer.from(value, "base64url").toString("hex")] : []),
  ];
  return forms.some((form) => text.includes(form));
}

/** The text of every row of every table. */
async function everyRow({ ledger }: Api): Promise<{ table: string; text: string }[]> {
  const { query } = ledger.ctx.db;
  const tables = await query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = current_schema()`,
  );
  return Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await query<{ text: string | null }>(
        `SELECT string_agg(t::text, E'\\n') AS text FROM ${name} AS t`,
      );
      return { table: name, text: row?.text ?? "" };
    }),
  );
}
