// Keeps what this process answers by HTTP, with the credentials that came with each call: in the
// process of a test in an array; in a service that a test starts with --import, in the file that
// the query of this module's address names. Plain JavaScript, so that any Node loads it.
import { appendFileSync } from "node:fs";
import { ServerResponse } from "node:http";

/** Of one answer, and of all answers of a process: what is more is not searched. */
const mostCharacters = 1_000_000;
let left = 64_000_000;

const file = new URL(import.meta.url).searchParams.get("file");
const name = Symbol.for("longshore.heard");
globalThis[name] ??= [];
// Where it cannot be written, the service does not start.
if (file !== null) appendFileSync(file, "");

const kept = Symbol("what was answered");

for (const method of ["write", "end"]) {
  const original = ServerResponse.prototype[method];
  ServerResponse.prototype[method] = function (...given) {
    keep(this, given[0]);
    // Before it is sent: whoever has the answer may kill this process.
    if (method === "end") tell(this);
    return original.apply(this, given);
  };
}

function keep(response, chunk) {
  if (response[kept] === undefined) {
    response[kept] = { text: "", told: false };
    // A stream of events is ended by its reader.
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
    // A test may have filled its disk.
    left = 0;
  }
}
