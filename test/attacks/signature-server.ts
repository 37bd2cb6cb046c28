// A server of files that demands what only their owner knows, and fails as servers do.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SignatureServer {
  origin: string;
  /** `host:port` */
  host: string;
  /** answers with 503 while it is off */
  isOn: boolean;
  signature: string;
  close(): void;
}

export interface Secrets {
  signature: string;
  token: string;
  password: string;
}

type Send = (response: ServerResponse, quoted: string, search: string) => void;

const sendTable: Send = (response) =>
  response.writeHead(200, { "content-type": "text/csv" }).end("x\n1\n2\n");

const failures: Record<string, Send> = {
  "/denied.csv": (response, quoted) => response.writeHead(403).end(quoted),
  "/reset.csv": (response) => response.destroy(),
  "/cut.csv": (response) =>
    response.writeHead(200, { "content-length": 1000 }).write("x\n1", () => response.destroy()),
  "/page.csv": (response, quoted) =>
    response.writeHead(200, { "content-type": "text/html" }).end(`<p>${quoted}</p>`),
  "/bad.csv": (response, quoted) =>
    response.writeHead(200, { "content-encoding": `x-${quoted}` }).end(quoted),
  "/text.csv": (response, quoted) =>
    response.writeHead(200, { "content-type": "text/csv" }).end(`x,y\n1,2,3\n"${quoted}`),
  "/moved.csv": (response, _, search) =>
    response.writeHead(302, { location: `/page.csv${search}` }).end(),
};

export async function startSignatureServer({
  signature,
  token,
  password,
}: Secrets): Promise<SignatureServer> {
  const login = `Basic ${Buffer.from(`somebody:${password}`).toString("base64")}`;
  const knows = ({ url, headers }: IncomingMessage) => {
    const { searchParams } = new URL(url ?? "/", "http://any");
    return (
      searchParams.get("X-Amz-Signature") === state.signature ||
      searchParams.get("access_token") === token ||
      headers.authorization === login
    );
  };
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://any");
    const quoted = `You asked for ${request.url} with ${request.headers.authorization}`;
    if (!state.isOn) response.writeHead(503).end(quoted);
    else if (!knows(request)) response.writeHead(403).end(quoted);
    else (failures[pathname] ?? sendTable)(response, quoted, search);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const state: SignatureServer = {
    origin: `http://${host}`,
    host,
    isOn: true,
    signature,
    close: () => server.close(),
  };
  return state;
}
