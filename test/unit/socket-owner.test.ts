import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { makeIsOwnSocket } from "../../src/auth/socket-owner.ts";
import { type Ends, readSocketTable, socketTable } from "../../src/auth/socket-table.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid";
const row = (ends: string, uid: number, inode: number) =>
  `   0: ${ends} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000 20 4`;

const held = { uid: 1000, inode: "7" };
const at = (address: string, peer = address) => ({
  own: { address, port: 5000 },
  peer: { address: peer, port: 80 },
});

test("addresses are in the order of the machine's bytes", () => {
  const little = `${header}\n${row("0100007F:1388 0200007F:0050", 1000, 7)}\n`;
  expect(socketTable(little, "LE").find(at("127.0.0.1", "127.0.0.2"))).toEqual(held);
  const big = `${header}\n${row("7F000001:1388 7F000002:0050", 1000, 7)}\n`;
  expect(socketTable(big, "BE").find(at("127.0.0.1", "127.0.0.2"))).toEqual(held);
  expect(socketTable(big, "LE").find(at("127.0.0.1", "127.0.0.2"))).toBeUndefined();
});

test("a mapped address is the same as its IPv4 address, and ::1 is not", () => {
  const mapped = "0000000000000000FFFF00000100007F";
  const table = socketTable(`${header}\n${row(`${mapped}:1388 ${mapped}:0050`, 1000, 7)}`, "LE");
  expect(table.find(at("127.0.0.1"))).toEqual(held);
  expect(table.find(at("::ffff:127.0.0.1"))).toEqual(held);
  expect(table.find(at("::1"))).toBeUndefined();
  const loopback = "00000000000000000000000001000000";
  const six = socketTable(`${header}\n${row(`${loopback}:1388 ${loopback}:0050`, 1000, 7)}`, "LE");
  expect(six.find(at("::1"))).toEqual(held);
});

test("a socket that no process holds is nobody's, though the table says user 0", () => {
  const left = socketTable(`${header}\n${row("0100007F:1388 0100007F:0050", 0, 0)}`, "LE");
  expect(left.find(at("127.0.0.1"))).toBeUndefined();
});

/** A connection to ourselves: the server's socket, while the client's is open. */
async function connected(
  listenOn: string,
  host: string,
  check: (socket: Socket) => Promise<void>,
): Promise<void> {
  const server = createServer().listen(0, listenOn);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const client = connect(address.port, host);
  const [socket] = (await once(server, "connection")) as [Socket];
  await check(socket);
  client.destroy();
  socket.destroy();
  server.close();
}

const hasTable = process.platform === "linux";
const uid = process.geteuid?.() ?? 0;

test.skipIf(!hasTable).each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["::", "127.0.0.1"],
  ["::", "::1"],
])("a listener at %s knows our own connection to %s", async (listenOn, host) => {
  await connected(listenOn, host, async (socket) => {
    const isOwn = makeIsOwnSocket(uid);
    expect(await isOwn(socket)).toBe(true);
    expect(await Promise.all([isOwn(socket), isOwn(socket)])).toEqual([true, true]);
  });
});

test("a user that is not the service's own is not local, root included", async () => {
  await connected("127.0.0.1", "127.0.0.1", async (socket) => {
    expect(await makeIsOwnSocket(uid + 1)(socket)).toBe(false);
    expect(await makeIsOwnSocket(65_534)(socket)).toBe(false);
  });
});

test("where the system has no table, nobody is local", async () => {
  await connected("127.0.0.1", "127.0.0.1", async (socket) => {
    expect(await makeIsOwnSocket(uid, async () => socketTable(""))(socket)).toBe(false);
  });
});

test.skipIf(!hasTable)(
  "who takes over the port of a caller that left is not that caller",
  async () => {
    await connected("127.0.0.1", "127.0.0.1", async (socket) => {
      const laterConnection = async () => {
        const table = await readSocketTable();
        return { find: (ends: Ends) => table.find(ends) && { uid, inode: "1" } };
      };
      expect(await makeIsOwnSocket(uid, laterConnection)(socket)).toBe(false);
    });
  },
);

test.skipIf(!hasTable)("a row that one read of the table lacks is read again", async () => {
  await connected("127.0.0.1", "127.0.0.1", async (socket) => {
    let reads = 0;
    const missingOnce = async () => (reads++ === 0 ? socketTable("") : readSocketTable());
    expect(await makeIsOwnSocket(uid, missingOnce)(socket)).toBe(true);
  });
});
