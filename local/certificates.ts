/**
 * The files of a development certificate authority: what `cohort certs` writes and the local runner uses.
 *
 * ```
 * DIR/ca.pem  DIR/ca-key.pem                     the authority; the key stays where it is
 * DIR/<id>/certificate.pem  key.pem  ca.pem      what that proxy or control plane needs, to be copied to its machine
 * ```
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Authority, type KeyPair } from '../control-plane/certificates/authority.ts';

export interface CertificateRequest {
  /** Ids of proxies. */
  readonly proxies: readonly string[];
  /** Control planes and the hosts (names or IP addresses) that each is reached by. */
  readonly controlPlanes: readonly { readonly id: string; readonly hosts: readonly string[] }[];
}

/** Paths of one part's files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly privateKey: string;
  readonly trustedCa: string;
}

/** Where the files of a part are, in its own directory. */
export function certificateFiles(directory: string): CertificateFiles {
  return {
    certificate: join(directory, 'certificate.pem'),
    privateKey: join(directory, 'key.pem'),
    trustedCa: join(directory, 'ca.pem'),
  };
}

/**
 * Makes the authority, or takes up the one that is there, and issues a certificate for each part; one that a part has
 * already is replaced. @returns the paths written
 *
 * @throws Error where the directory holds half an authority, or none that can be read
 */
export async function writeCertificates(directory: string, request: CertificateRequest): Promise<string[]> {
  const written: string[] = [];
  await mkdir(directory, { recursive: true });
  const authority = await takeUp(directory, written);
  const write = async (id: string, pair: KeyPair): Promise<void> => {
    const files = certificateFiles(join(directory, id));
    await mkdir(join(directory, id), { recursive: true });
    await replace(files.trustedCa, authority.pair.certificate, 0o644);
    await replace(files.privateKey, pair.privateKey, 0o600);
    // Last: who watches the directory then finds all three.
    await replace(files.certificate, pair.certificate, 0o644);
    written.push(...Object.values(files));
  };
  for (const id of request.proxies) await write(id, await authority.proxy(id));
  for (const { id, hosts } of request.controlPlanes) await write(id, await authority.controlPlane(id, hosts));
  return written;
}

async function takeUp(directory: string, written: string[]): Promise<Authority> {
  const [certificate, key] = [join(directory, 'ca.pem'), join(directory, 'ca-key.pem')];
  const [certificatePem, keyPem] = await Promise.all([readIfThere(certificate), readIfThere(key)]);
  if (certificatePem === undefined && keyPem === undefined) {
    const authority = await Authority.create();
    await replace(key, authority.pair.privateKey, 0o600);
    await replace(certificate, authority.pair.certificate, 0o644);
    written.push(certificate, key);
    return authority;
  }
  if (certificatePem === undefined || keyPem === undefined) {
    const [there, missing] = keyPem === undefined ? [certificate, key] : [key, certificate];
    throw new Error(
      `${there} is there but ${missing} is not: restore it, or remove the former to make a new authority`,
    );
  }
  try {
    return await Authority.load({ certificate: certificatePem, privateKey: keyPem });
  } catch (error) {
    throw new Error(`the authority in ${directory} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** By renaming: nobody reads half a file, and watchers of the directory are told. */
async function replace(path: string, content: string, mode: number): Promise<void> {
  const next = `${path}.new`;
  await writeFile(next, content, { mode });
  await rename(next, path);
}
