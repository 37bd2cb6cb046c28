import { isName } from "../storage/names.ts";
import type { Call, Reply } from "./call.ts";
import { textOf } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { refuseUnwritable } from "./writable.ts";
import { document, listOf, readDocument } from "./xml.ts";

const most = 1000;
const longestDocument = 2 * 1024 * 1024;

export async function deleteObject(call: Call): Promise<Reply> {
  const { store, address, caller } = call;
  if (caller.kind === "read" || isName(address.key)) await refuseUnwritable(call, address.key);
  if (isName(address.key)) await store.remove(address.bucket, [address.key]);
  return { status: 204 };
}

/** Each for itself; what is not there counts as deleted. */
export async function deleteObjects(call: Call): Promise<Reply> {
  const { request, caller, address, store } = call;
  if (caller.kind === "read") throw new S3Error("AccessDenied", "This key reads only.");
  const asked = readDocument(await textOf(request, caller.signing, longestDocument), "Delete");
  const keys = listOf(asked.Object).map(({ Key }) => Key);
  if (keys.length === 0 || keys.length > most || !keys.every((key) => typeof key === "string"))
    throw new S3Error("MalformedXML");
  const deleted: string[] = [];
  const refused: { Key: string; Code: string; Message: string }[] = [];
  for (const key of keys as string[]) {
    const fault = isName(key) ? await refusal(call, key) : undefined;
    if (fault) refused.push({ Key: key, Code: fault.code, Message: fault.message });
    else deleted.push(key);
  }
  await store.remove(address.bucket, deleted.filter(isName));
  const told = asked.Quiet === "true" ? [] : deleted.map((Key) => ({ Key }));
  return { status: 200, body: document("DeleteResult", { Deleted: told, Error: refused }) };
}

async function refusal(call: Call, key: string): Promise<S3Error | undefined> {
  try {
    await refuseUnwritable(call, key);
    return undefined;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}
