// The ways in which a file comes to a worker, each with a real server behind it.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { startMoto } from "../clients/moto.ts";
import { s3Client } from "../s3/client.ts";

/** Puts a file where workers find it and returns its location. `name` may begin with folders. */
export type Place = (name: string, bytes: Buffer) => Promise<string>;

export interface Ways {
  disk: Place;
  web: Place;
  /** a signed URL of an object of another S3 server */
  s3: Place;
  /** that server, as STORE_URL has it */
  storeUrl: string;
  close(): Promise<void>;
}

const bucket = "odd-files";
const credentials = { accessKey: "key", secretKey: "secret" };

export async function openWays(folder: string): Promise<Ways> {
  const web = await openWeb();
  const moto = await startMoto();
  const client = s3Client(`http://${moto.host}`, credentials);
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    async disk(name, bytes) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return path;
    },
    web: async (name, bytes) => web.put(name, bytes),
    async s3(name, bytes) {
      const object = { Bucket: bucket, Key: name };
      await client.send(new PutObjectCommand({ ...object, Body: bytes }));
      return getSignedUrl(client, new GetObjectCommand(object), { expiresIn: 3600 });
    },
    storeUrl: `s3://${credentials.accessKey}:${credentials.secretKey}@${moto.host}/?tls=false`,
    async close() {
      client.destroy();
      web.close();
      await moto.close();
    },
  };
}

async function openWeb() {
  const files = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://web").pathname;
    const bytes = files.get(path);
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    put(name: string, bytes: Buffer): string {
      const { href, pathname } = new URL(name.split("/").map(encodeURIComponent).join("/"), origin);
      files.set(pathname, bytes);
      return href;
    },
    close: () => server.close(),
  };
}
