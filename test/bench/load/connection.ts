// A keep-alive connection as lean as can be: the load generator shares two cores with what it
// measures.
import { once } from "node:events";
import { connect } from "node:net";

export interface Connection {
  /** the body of the answer; rejects when the status is not 2xx */
  post(path: string, body: string): Promise<string>;
  get(path: string): Promise<string>;
  close(): void;
}

interface Waiting {
  resolve(body: string): void;
  reject(error: Error): void;
}

export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  await once(socket, "connect");
  let waiting: Waiting | undefined;
  let received: Buffer = Buffer.alloc(0);

  socket.on("data", (chunk) => {
    received = received.length ? Buffer.concat([received, chunk]) : chunk;
    const answer = readAnswer(received);
    if (!answer) return;
    received = Buffer.alloc(0);
    const { resolve, reject } = waiting as Waiting;
    waiting = undefined;
    if (answer.status >= 200 && answer.status < 300) resolve(answer.body);
    else reject(new Error(`${answer.status}: ${answer.body.slice(0, 300)}`));
  });
  const broken = (error?: Error) =>
    waiting?.reject(error ?? new Error("The service closed the connection."));
  socket.on("error", broken);
  socket.on("close", () => broken());

  function send(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      socket.write(text);
    });
  }
  const head = `host: ${hostname}:${port}\r\n`;
  return {
    post: (path, body) =>
      send(
        `POST ${path} HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ` +
          `${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    get: (path) => send(`GET ${path} HTTP/1.1\r\n${head}\r\n`),
    close: () => socket.destroy(),
  };
}

const endOfHead = Buffer.from("\r\n\r\n");

/** Undefined while it is not whole; the service's answers always say their length. */
function readAnswer(bytes: Buffer): { status: number; body: string } | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end === -1) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return {
    status: Number(head.slice(9, 12)),
    body: bytes.toString("utf8", end + 4, end + 4 + length),
  };
}
