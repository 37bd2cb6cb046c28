// Calls a service as another user: `caller.mjs <uid>`, with the calls as JSON on standard input. All go
// over one connection, one after the other; the answers are printed as JSON.
// With {"leave": true} the process ends as soon as the first call is sent.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

const { url, calls, leave = false } = JSON.parse(await text(process.stdin));
const uid = Number(process.argv[2]);
process.setgroups([]);
process.setgid(uid);
process.setuid(uid);

if (leave) {
  const { hostname, port, host } = new URL(url);
  const [{ method, path, body }] = calls;
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json`;
  const socket = connect(Number(port), hostname, () =>
    socket.write(`${head}\r\ncontent-length: ${body.length}\r\n\r\n${body}`, () => process.exit()),
  );
} else {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers = [];
  for (const call of calls) answers.push(await send(call, agent));
  process.stdout.write(JSON.stringify(answers));
  agent.destroy();
}

function send({ method = "GET", path, headers = {}, body }, agent) {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers, agent }, async (response) => {
      const port = response.socket.localPort;
      const answer = { status: response.statusCode, headers: response.headers, port };
      resolve({ ...answer, text: await text(response) });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
