// ServiceX's list of users, which its chart loads at a start.
import { z } from "zod";
import { usedWrongly } from "../exits.ts";
import { clean, say } from "../print/print.ts";

interface Listed {
  account: { name: string; email?: string | undefined; institution?: string | undefined };
  subject: string | undefined;
}

const plain = "control characters are not allowed";
const text = (most: number) => z.string().trim().min(1).max(most).refine(isPlain, plain);
const optional = (most: number) =>
  z.preprocess(
    (value) => (value === "" || value === null ? undefined : value),
    text(most).optional(),
  );

const listed = z.object({
  name: text(120),
  email: optional(250),
  institution: optional(200),
  sub: optional(500),
  refresh_token: z.unknown().optional(),
});

/** Its tokens are those of ServiceX, with which nobody signs in here. */
export function accountsOf(path: string, content: string): Listed[] {
  const read = z.array(listed).min(1).safeParse(parsed(path, content));
  if (!read.success) {
    const [issue] = read.error.issues;
    const [at, key] = issue?.path ?? [];
    const where = at === undefined ? "" : `, user ${Number(at) + 1}`;
    const what = key === undefined ? "" : `${String(key)}: `;
    throw usedWrongly(clean(`--from: ${path}${where}: ${what}${issue?.message}.`));
  }
  if (read.data.some(({ refresh_token: token }) => typeof token === "string" && token !== ""))
    say("Their tokens are not taken over: each person makes new ones on the website.");
  return read.data.map(({ name, email, institution, sub }) => ({
    account: { name, email, institution },
    subject: sub,
  }));
}

function isPlain(value: string): boolean {
  return !/\p{C}/u.test(value);
}

/** The parser's own message quotes the text, which has tokens. */
function parsed(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    throw usedWrongly(clean(`--from: ${path} is not valid JSON.`));
  }
}
