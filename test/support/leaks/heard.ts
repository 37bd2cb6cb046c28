// What the tests of a file make that must stay secret, and what is answered and logged meanwhile.
// Support notes both; setup.ts looks for one in the other at the end of the file.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HeardAnswer, HeardThings, Secret } from "./search.ts";

const mostLogCharacters = 64_000_000;

/** Set by setup.ts: benchmarks and the chaos test use the same support, and note nothing. */
let hears = false;
let secrets: Secret[] = [];
let logs: { name: string; text: () => string }[] = [];
let lines: string[] = [];
let left = mostLogCharacters;
let folder: string | undefined;

export function hear(): void {
  hears = true;
}

/** One that no answer may have. */
export function noteSecret(name: string, value: string | undefined): void {
  if (hears && isTelling(value)) secrets.push({ name, value });
}

/** What is shorter, or one word, may stand anywhere for other reasons. */
function isTelling(value: string | undefined): value is string {
  return value !== undefined && value.length >= 12 && !/^[a-z]+$/i.test(value);
}

/** These name secrets of a cluster, and are no secrets themselves. */
const namesOfSecrets = ["IMAGE_PULL_SECRETS", "TRANSFORMER_X509_SECRET"];

/** The settings of a service that are secrets, with passwords of addresses. */
export function noteSettings(env: Record<string, string | undefined>): void {
  for (const [name, value = ""] of Object.entries(env)) {
    if (namesOfSecrets.includes(name)) continue;
    if (/(SECRET|SECRET_KEY|SECRET_ACCESS_KEY|PASSWORD|TOKEN|API_KEY|WEBHOOK_URL)$/.test(name))
      for (const one of value.split(",")) noteSecret(name, one.trim());
    if (/_URL$/.test(name) && URL.canParse(value))
      noteSecret(`the password of ${name}`, decodeURIComponent(new URL(value).password));
  }
}

/** The secrets that a service keeps in its folder. */
export function noteFolder(dataDir: string): void {
  const kept = join(dataDir, "secrets");
  for (const name of namesIn(kept)) noteSecret(name, readFileSync(join(kept, name), "utf8").trim());
  for (const name of ["local-link", "first-admin"].filter((one) => namesIn(dataDir).includes(one)))
    for (const [, value] of readFileSync(join(dataDir, name), "utf8").matchAll(
      /[?&](?:token|secret)=([\w-]+)/g,
    ))
      noteSecret(name, value);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    // The service is another user's, or keeps nothing.
    return [];
  }
}

/** `text`: asked at the end. */
export function noteLog(name: string, text: () => string): void {
  if (hears) logs.push({ name, text });
}

/** Of a service in the process of the test. */
export function noteLine(line: string): void {
  left -= line.length;
  if (hears && left > 0) lines.push(line);
}

/** Arguments of Node with which a service keeps its answers for `takeHeard`. */
export function heardAnswers(): string[] {
  if (!hears) return [];
  folder ??= mkdtempSync(join(tmpdir(), "heard-"));
  const module = new URL("hear.mjs", import.meta.url);
  module.searchParams.set("file", join(folder, `${process.pid}-${logs.length}`));
  return ["--import", module.href];
}

/** Everything noted so far; it is forgotten here. */
export function takeHeard(): HeardThings {
  const here = Reflect.get(globalThis, Symbol.for("longshore.heard")) as HeardAnswer[] | undefined;
  if (!here) throw new Error("hear.mjs is not loaded: no answer was heard.");
  const answers = [...here.splice(0), ...answersIn(folder)];
  const ofServices = logs.map(({ name, text }) => ({ name, text: text() }));
  const ofThisProcess = { name: "the log", text: lines.join("") };
  const heard = { secrets, answers, logs: [...ofServices, ofThisProcess] };
  [secrets, logs, lines, left, folder] = [[], [], [], mostLogCharacters, undefined];
  return heard;
}

/** A line that was cut by the end of its process is left out. */
function answersIn(path: string | undefined): HeardAnswer[] {
  if (path === undefined) return [];
  const text = readdirSync(path).map((name) => readFileSync(join(path, name), "utf8"));
  rmSync(path, { recursive: true, force: true });
  const whole = text.flatMap((one) => one.split("\n").slice(0, -1));
  return whole.map((line) => JSON.parse(line) as HeardAnswer);
}
