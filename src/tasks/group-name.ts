const longestKey = 200;

/**
 * Groups of all operations share one index: the operation comes first, then the operation's own
 * key.
 */
export function groupName(operation: string, key: string): string {
  return `${operation}/${key.replaceAll("\0", "\ufffd").toWellFormed().slice(0, longestKey)}`;
}

export function partsOfGroup(name: string): { operation: string; key: string } {
  const slash = name.indexOf("/");
  return { operation: name.slice(0, slash), key: name.slice(slash + 1) };
}
