import { isName } from "../storage/names.ts";
import type { Call, Reply } from "./call.ts";
import { textOf } from "./payload.ts";
import { readDocument } from "./read-xml.ts";
import { S3Error } from "./s3-error.ts";
import { assertRemovable } from "./writable.ts";
import { document } from "./xml.ts";

const listOfKeys = { root: "Delete", list: "Object", most: 1000 };
const longestDocument = 2 * 1024 * 1024;

export async function deleteObject(call: Call): Promise<Reply> {
  const { store, address } = call;
  if (isName(address.key)) {
    await assertRemovable(call, address.key);
    await store.remove(address.bucket, [address.key]);
  }
  return { status: 204 };
}

/** Each key separately; one that does not exist counts as deleted. */
export async function deleteObjects(call: Call): Promise<Reply> {
  const { request, caller, address, store } = call;
  const asked = await textOf(request, caller.signing, longestDocument);
  const { items, others } = await readDocument(asked, listOfKeys);
  const keys = items.map(({ Key }) => Key);
  if (keys.length === 0 || !keys.every((key) => typeof key === "string"))
    throw new S3Error("MalformedXML");
  const deleted: string[] = [];
  const refused: { Key: string; Code: string; Message: string }[] = [];
  for (const key of keys as string[]) {
    const error = isName(key) ? await writeError(call, key) : undefined;
    if (error) refused.push({ Key: key, Code: error.code, Message: error.message });
    else deleted.push(key);
  }
  await store.remove(address.bucket, deleted.filter(isName));
  const listed = others.get("Quiet") === "true" ? [] : deleted.map((Key) => ({ Key }));
  return { status: 200, body: await document("DeleteResult", { Deleted: listed, Error: refused }) };
}

async function writeError(call: Call, key: string): Promise<S3Error | undefined> {
  try {
    await assertRemovable(call, key);
    return undefined;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}
