// The one table of what errors of the system mean: of disks, programs, networks and certificates.
// Code that shows such an error says what was tried; from here it takes what is wrong and what
// helps.

export interface SystemProblem {
  /** such as `ECONNREFUSED` */
  code: string;
  /** what is wrong, and what to do: each a part of a sentence, without a full stop */
  words: string;
  help: string;
  /** The path is to blame: it helps to give another one, or to change what is there. */
  isOfPath: boolean;
}

type Words = readonly [words: string, help: string];

const permissions: Words = [
  "permission is denied",
  "check its owner and mode, and those of the folders above it",
];

const ofPaths: Record<string, Words> = {
  ENOENT: ["it does not exist", "check the path"],
  ENOTDIR: ["a part of its path is a file, not a folder", "check the path"],
  EISDIR: ["it is a folder", "give a file"],
  EEXIST: ["it exists already", "give another path"],
  ENOTEMPTY: ["the folder is not empty", "give another path"],
  EXDEV: ["it is on another file system", "give a path on the same one"],
  ELOOP: ["its symbolic links form a loop", "give another path"],
  ENAMETOOLONG: ["its name is too long for the file system", "give a shorter one"],
  EACCES: permissions,
  EPERM: permissions,
  EBUSY: ["another program is using it", "try again when that program has ended"],
  ETXTBSY: ["it is a program that is running", "try again when it has ended"],
  ENODEV: ["there is no such device", "check the path"],
  ENXIO: ["it is not a regular file", "give another path"],
};

const filesOpen: Words = ["too many files are open", "raise the limit with `ulimit -n`"];

const ofThisMachine: Record<string, Words> = {
  EFBIG: ["it would be larger than the file system or a limit allows", "check `ulimit -f`"],
  ESTALE: ["the file server no longer knows it", "mount the file system again"],
  ENOTCONN: ["its file system is no longer mounted", "mount it again"],
  EHOSTDOWN: ["its server does not respond", "try again when it is back"],
  EMFILE: filesOpen,
  ENFILE: filesOpen,
  ENOMEM: ["the machine is out of memory", "end other programs, or give this one more memory"],
};

/** No file is to blame for these. */
export const ofDevices: Record<string, Words> = {
  ENOSPC: ["no space is left on the device", "make room"],
  EDQUOT: ["the disk quota is used up", "make room"],
  EROFS: ["the file system is read-only", "give a path on another, or mount it for writing"],
  EIO: ["the device reports an input or output error", "check the disk or its server"],
};

const closed: Words = [
  "the connection was closed unexpectedly",
  "try again; a proxy or firewall in between may have closed it",
];
const silent: Words = [
  "nothing answered in time",
  "check the address and port, and that no firewall is in between",
];
const noWay: Words = ["there is no route to it", "check the network and the address"];
const noHost: Words = ["there is no such host", "check its name"];
const checkScheme = "check the port and the scheme (http or https)";
/** `fetch` says so without a code. */
export const badPort = "BAD_PORT";

const ofNetworks: Record<string, Words> = {
  ECONNREFUSED: ["nothing listens there", "check the address and port, and that it is running"],
  ECONNRESET: closed,
  ECONNABORTED: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  ETIMEDOUT: silent,
  UND_ERR_CONNECT_TIMEOUT: silent,
  UND_ERR_HEADERS_TIMEOUT: silent,
  UND_ERR_BODY_TIMEOUT: silent,
  TimeoutError: silent,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ENETDOWN: noWay,
  ENOTFOUND: noHost,
  ENODATA: noHost,
  EAI_AGAIN: ["the host cannot be looked up now", "check the network and its name server (DNS)"],
  EADDRINUSE: ["another program is using this port", "stop it, or choose another port"],
  EADDRNOTAVAIL: ["this machine has no such address", "choose one of its own, or try again"],
  EPROTO: ["the TLS handshake failed", checkScheme],
  ERR_SSL_WRONG_VERSION_NUMBER: ["the server there does not speak TLS", checkScheme],
  HPE_INVALID_CONSTANT: ["the answer is not HTTP", checkScheme],
  UND_ERR_INVALID_ARG: ["the address is not valid", "check it"],
  [badPort]: ["browsers and `fetch` never call this port", "choose another"],
};

const unknownAuthority: Words = [
  "its certificate was issued by an authority that is not trusted here",
  "set NODE_EXTRA_CA_CERTS to a file with that authority's certificate",
];
const selfSigned: Words = [
  "its certificate is self-signed",
  "set NODE_EXTRA_CA_CERTS to a file with that certificate",
];

const ofCertificates: Record<string, Words> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_HAS_EXPIRED: ["its certificate has expired", "have it renewed"],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "check the clock of this machine"],
  CERT_REVOKED: ["its certificate was revoked", "have it replaced"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "use a name that the certificate has",
  ],
};

const ofPrograms: Record<string, Words> = {
  ENOENT: ["the program was not found", "check that it is installed, and the PATH"],
  EACCES: ["the program may not be executed", "check its mode, and that its disk allows programs"],
  EAGAIN: ["this user may start no more processes", "raise the limit with `ulimit -u`"],
  ENOEXEC: ["the program was not built for this machine", "install the right one"],
};

const refusedByThisMachine: Words = [
  "this machine does not allow the connection",
  "check its firewall",
];

const all = { ...ofPaths, ...ofThisMachine, ...ofDevices, ...ofNetworks, ...ofCertificates };
const deepest = 5;

/** What an error of the system, or the one that caused it, means; undefined for any other. */
export function systemProblem(error: unknown): SystemProblem | undefined {
  let at = error;
  for (let depth = 0; depth < deepest && at instanceof Error; depth += 1) {
    const { code: given, name, message, syscall } = at as NodeJS.ErrnoException;
    const own = message === "bad port" ? badPort : name;
    const code = typeof given === "string" ? given : own;
    const known = wordsOf(code, syscall ?? "");
    if (known) return { code, words: known[0], help: known[1], isOfPath: known === ofPaths[code] };
    at = at.cause ?? (at as AggregateError).errors?.[0];
  }
  return undefined;
}

/** Whether a call of the system failed, and not our own code. */
export function isOfSystem(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}

/** What listens there is the right program, and its certificate is wrong or not known here. */
export function isOfCertificate(code: string | undefined): boolean {
  return code !== undefined && Object.hasOwn(ofCertificates, code);
}

/** What is wrong, with its code, and what helps: the end of a sentence, without a full stop. */
export function inWords(error: unknown): string {
  const problem = systemProblem(error);
  if (problem) return `${problem.words} (${problem.code}); ${problem.help}`;
  return messageOf(error);
}

/**
 * Where nothing else says what was tried: the error's own message, which names the file or address,
 * and what it means. Of a path, the system's own words say as much, and nobody may have given it.
 * The end of a sentence, without a full stop.
 */
export function explained(error: unknown, message = messageOf(error)): string {
  const problem = systemProblem(error);
  if (!problem || message.includes(problem.words)) return message;
  if (problem.isOfPath && message.includes(problem.code)) return message;
  return `${message}: ${inWords(error)}`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/\.$/, "") || error.name;
}

function wordsOf(code: string, syscall: string): Words | undefined {
  if (syscall.startsWith("spawn") && Object.hasOwn(ofPrograms, code)) return ofPrograms[code];
  if (syscall === "connect" && ["EACCES", "EPERM"].includes(code)) return refusedByThisMachine;
  return Object.hasOwn(all, code) ? all[code as keyof typeof all] : undefined;
}
