// The one table of what errors of the system mean: of disks, programs, networks and certificates.
// Who shows such an error says what was tried, and takes from here what is wrong and what helps.

export interface SystemProblem {
  /** such as `ECONNREFUSED` */
  code: string;
  /** what is wrong, and what to do: each a part of a sentence, without a full stop */
  words: string;
  help: string;
}

type Words = readonly [words: string, help: string];

const permissions: Words = [
  "its permissions do not allow it",
  "check its owner and mode, and those of its folders",
];
const filesOpen: Words = ["too many files are open", "raise the limit with `ulimit -n`"];

const ofPaths: Record<string, Words> = {
  ENOENT: ["it does not exist", "check the path"],
  ENOTDIR: ["what should be a folder in its path is a file", "check the path"],
  EISDIR: ["it is a folder", "give a file"],
  EEXIST: ["a file of this name is there already", "give another path"],
  ENOTEMPTY: ["the folder is not empty", "give another path"],
  EXDEV: ["it is on another file system", "give a path on the same one"],
  ELOOP: ["its links lead in a circle", "give another path"],
  ENAMETOOLONG: ["its name is too long for this disk", "give a shorter one"],
  EACCES: permissions,
  EPERM: permissions,
  EBUSY: ["another program is using it", "try again when that has ended"],
  ETXTBSY: ["it is a program that runs", "try again when that has ended"],
  ENODEV: ["there is no such device", "check the path"],
  ENXIO: ["it is no regular file", "give another path"],
  EFBIG: ["it would be larger than the disk or a limit allows", "see `ulimit -f`"],
  ESTALE: ["its file server no longer knows it", "mount it again"],
  ENOTCONN: ["its file system is not mounted any more", "mount it again"],
  EHOSTDOWN: ["its server does not answer", "try again when it is back"],
  EMFILE: filesOpen,
  ENFILE: filesOpen,
  ENOMEM: ["there is no memory left", "end other programs, or give this one more"],
};

/** No file is to blame for these. */
export const ofDevices: Record<string, Words> = {
  ENOSPC: ["no space is left on the device", "make room"],
  EDQUOT: ["the disk quota is used up", "make room"],
  EROFS: ["the file system is read-only", "give a path on another, or mount it for writing"],
  EIO: ["the device reports an input or output error", "check the disk or its server"],
};

const closed: Words = [
  "the connection was closed in between",
  "try again; a proxy or firewall on the way may do so, too",
];
const silent: Words = [
  "nothing answers there in time",
  "check address and port, and that no firewall is in between",
];
const noWay: Words = ["no network leads there", "check the network and the address"];
/** `fetch` says so without a code. */
const badPort = "BAD_PORT";
const noHost: Words = ["there is no such host", "check its name"];

const ofNetworks: Record<string, Words> = {
  ECONNREFUSED: ["nothing listens there", "check address and port, and that it runs"],
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
  EADDRINUSE: ["another program has this port", "stop that one, or choose another port"],
  EADDRNOTAVAIL: ["this machine has no such address", "choose one of its own, or try again"],
  EPROTO: ["what answers there speaks no TLS", "check port and scheme (http or https)"],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    "what answers there speaks no TLS",
    "check port and scheme (http or https)",
  ],
  HPE_INVALID_CONSTANT: ["what answers there is no HTTP", "check port and scheme"],
  UND_ERR_INVALID_ARG: ["the address cannot be called", "check it"],
  [badPort]: ["no browser or fetch calls this port", "choose another"],
};

const unknownAuthority: Words = [
  "its certificate is of an authority that is not known here",
  "name a file with that authority's certificate in NODE_EXTRA_CA_CERTS",
];
const selfSigned: Words = [
  "its certificate is signed by itself",
  "name a file with the certificate in NODE_EXTRA_CA_CERTS",
];

const ofCertificates: Record<string, Words> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_HAS_EXPIRED: ["its certificate has expired", "it must be renewed there"],
  CERT_NOT_YET_VALID: ["its certificate is not valid yet", "check the clock of this machine"],
  CERT_REVOKED: ["its certificate was revoked", "it must be renewed there"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    "its certificate is for another name",
    "use a name that the certificate has",
  ],
};

const ofPrograms: Record<string, Words> = {
  ENOENT: ["the program is not there", "check that it is installed, and the PATH"],
  EACCES: ["the program may not be executed", "check its mode, and that its disk allows programs"],
  EAGAIN: ["this user may start no more processes", "raise the limit with `ulimit -u`"],
  ENOEXEC: ["the program is none for this machine", "install the one for it"],
};

const refusedByThisMachine: Words = [
  "this machine does not allow the connection",
  "check its firewall",
];

const all = { ...ofPaths, ...ofDevices, ...ofNetworks, ...ofCertificates };
const deepest = 5;

/** What an error of the system, or the one that caused it, means; undefined for any other. */
export function systemProblem(error: unknown): SystemProblem | undefined {
  let at = error;
  for (let depth = 0; depth < deepest && at instanceof Error; depth += 1) {
    const { code: given, name, message, syscall } = at as NodeJS.ErrnoException;
    const own = message === "bad port" ? badPort : name;
    const code = typeof given === "string" ? given : own;
    const known = wordsOf(code, syscall ?? "");
    if (known) return { code, words: known[0], help: known[1] };
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
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/\.$/, "") || error.name;
}

function wordsOf(code: string, syscall: string): Words | undefined {
  if (syscall.startsWith("spawn") && Object.hasOwn(ofPrograms, code)) return ofPrograms[code];
  if (syscall === "connect" && ["EACCES", "EPERM"].includes(code)) return refusedByThisMachine;
  return Object.hasOwn(all, code) ? all[code as keyof typeof all] : undefined;
}
