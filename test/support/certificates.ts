// A private authority, and the certificates that it issues, by openssl.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

export interface IssuedFiles {
  cert: string;
  key: string;
}

export interface Authority {
  /** the path of its certificate: NODE_EXTRA_CA_CERTS */
  path: string;
  /** `names` as openssl has them: DNS:localhost, IP:127.0.0.1 */
  issue(name: string, names: string[], days?: number): IssuedFiles;
}

const ellipticCurve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Its files are in `folder`. */
export function makeAuthority(folder: string): Authority {
  const path = join(folder, "authority.pem");
  const authorityKey = join(folder, "authority-key.pem");
  const request = ["req", "-x509", ...ellipticCurve];
  openssl([
    ...[...request, "-keyout", authorityKey, "-out", path, "-days", "2"],
    ...["-subj", "/CN=an authority of tests", "-addext", "keyUsage=keyCertSign"],
  ]);
  return {
    path,
    issue(name, names, days = 2) {
      const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`) };
      openssl([
        ...[...request, "-CA", path, "-CAkey", authorityKey],
        ...["-keyout", files.key, "-out", files.cert, "-days", String(days)],
        ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=${names.join(",")}`],
        ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ]);
      return files;
    },
  };
}

function openssl(args: string[]): void {
  execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
}
