export interface ImageName {
  /** host and port of its registry, as its API is called */
  registry: string;
  repository: string;
  /** a tag or a digest */
  reference: string;
  /** with its registry, and without what Docker adds in silence */
  whole: string;
}

const dockerHub = "docker.io";
const longest = 255;

/** Undefined where no registry has such a name. */
export function readImageName(image: string): ImageName | undefined {
  const [named = "", digest, ...more] = image.slice(0, longest + 1).split("@");
  const { name, tag } = withTag(named);
  const isGood =
    image.length <= longest &&
    more.length === 0 &&
    (digest === undefined || /^sha256:[0-9a-f]{64}$/.test(digest)) &&
    (tag === undefined || /^\w[\w.-]{0,127}$/.test(tag));
  const place = isGood ? placeOf(name) : undefined;
  if (!place) return undefined;
  const { host, path } = place;
  const isHub = host === dockerHub;
  const suffix = (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
  return {
    registry: isHub ? "registry-1.docker.io" : host,
    repository: isHub && !path.includes("/") ? `library/${path}` : path,
    reference: digest ?? tag ?? "latest",
    whole: `${host}/${path}${suffix}`,
  };
}

function withTag(named: string): { name: string; tag: string | undefined } {
  const colon = named.lastIndexOf(":");
  if (colon <= named.lastIndexOf("/")) return { name: named, tag: undefined };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1) };
}

/** Docker's own registry is meant where none is named. */
function placeOf(name: string): { host: string; path: string } | undefined {
  const parts = name.split("/");
  const [first = ""] = parts;
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === "localhost");
  const path = hasHost ? parts.slice(1) : parts;
  if (!path.every(isPathPart)) return undefined;
  if (!hasHost || first === "index.docker.io") return { host: dockerHub, path: path.join("/") };
  if (!/^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/i.test(first)) return undefined;
  return { host: first, path: path.join("/") };
}

function isPathPart(part: string): boolean {
  return part.split(/[._-]+/).every((word) => /^[a-z0-9]+$/.test(word));
}

/** As it is written, or with the registry that Docker adds. */
export function isAllowedImage(image: string, prefixes: readonly string[]): boolean {
  const { whole } = readImageName(image) ?? { whole: image };
  return prefixes.some((prefix) => image.startsWith(prefix) || whole.startsWith(prefix));
}
