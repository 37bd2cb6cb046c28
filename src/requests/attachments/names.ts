// Where a request's attachments are in its bucket. No result is there: those begin with a number or
// with `all-`.

const folder = "attachments/";

export function attachmentObject(name: string): string {
  return folder + name;
}

export function isAttachment(object: string): boolean {
  return object.startsWith(folder);
}
