/** Versions before it get no more security fixes; they still run the service. */
const oldestSupported = 22;

/** What to say at the start about the Node that runs the service; usually nothing. */
export function nodeWarning(version = process.versions.node): string | undefined {
  if (Number.parseInt(version, 10) >= oldestSupported) return undefined;
  return `Node ${version} gets no more security fixes: run the service with Node 22 or 24.`;
}
