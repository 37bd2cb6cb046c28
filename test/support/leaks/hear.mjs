// Keeps what this process answers by HTTP, with the credentials that came with the call: a test in
// an array, a service that it starts, by --import, in the file that the address of this module
// names. Plain JavaScript, so that any Node loads it.
import { appendFileSync } from "node:fs";
import { ServerResponse } from "node:http";

/** Of one answer, and of all of a process. */
const mostCharacters = 1_000_000;
let left = 64_000_000;

const file = new URL(import.meta.url).searchParams.get("file");
const name = Symbol.for("longshore.heard");
globalThis[name] ??= [];

const kept = Symbol("what was answered");

for (const method of ["write", "end"]) {
  const original = ServerResponse.prototype[method];
  ServerResponse.prototype[method] = function (...given) {
    keep(this, given[0]);
    const result = original.apply(this, given);
    if (method === "end") tell(this);
    return result;
  };
}

function keep(response, chunk) {
  if (response[kept] === undefined) {
    response[kept] = { text: "", told: false };
    // A stream of events has no end of its own
    response.once("close", () => tell(response));
  }
  const answer = response[kept];
  if (answer.text.length > mostCharacters || !isText(response)) return;
  if (typeof chunk === "string") answer.text += chunk;
  else if (chunk instanceof Uint8Array) answer.text += Buffer.from(chunk).toString();
}

function isText(response) {
  const type = response.getHeader("content-type");
  return typeof type !== "string" || /text|json|xml|yaml|form/.test(type);
}

function tell(response) {
  const answer = response[kept];
  const { method, url = "", headers } = response.req ?? {};
  if (!answer || answer.told || method === undefined || url.startsWith("/assets/")) return;
  answer.told = true;
  if (file === null && !isOurs(response, url)) return;
  const { "set-cookie": _, ...others } = response.getHeaders();
  const text = `${JSON.stringify(others)}\n${answer.text}`;
  left -= text.length;
  if (left < 0) return;
  const heard = { method, url, authorization: headers.authorization, cookie: headers.cookie, text };
  if (file === null) globalThis[name].push(heard);
  else write(`${JSON.stringify(heard)}\n`);
}

/** Stand-ins of other services answer in the process of the test, too. */
function isOurs(response, url) {
  return response.getHeader("x-content-type-options") === "nosniff" || url.startsWith("/v1/work/");
}

function write(line) {
  try {
    appendFileSync(file, line);
  } catch {
    // A test may leave no room on its disk
    left = 0;
  }
}
