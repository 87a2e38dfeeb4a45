import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { experimental, type ChannelCredentials, type ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { CohortError } from '../errors.ts';
import type { Clock } from '../store/clock.ts';

/** Paths of PEM files. */
export interface TlsFiles {
  /** Our own certificate chain. */
  readonly certificate: string;
  readonly privateKey: string;
  /** What the proxies' certificates must be signed by. */
  readonly trustedCa: string;
}

interface Pem {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly caCertificate: Buffer;
}

type IdentityListener = (update: Pick<Pem, 'certificate' | 'privateKey'> | null) => void;
type CaListener = (update: Pick<Pem, 'caCertificate'> | null) => void;

/**
 * Certificates from files that are read again when they change, for grpc-js. Half-written or mismatched files are not
 * used: the last good ones stay in force. (grpc-js has a file watcher of its own, which takes whatever it reads, and
 * refuses every connection after a file was missing once.)
 */
export class WatchedCertificates {
  private pem: Pem;
  /** What was wrong with the files when they were read last, so that it is said once. */
  private complaint = '';
  private cancel: (() => void) | undefined;
  private readonly identityListeners = new Set<IdentityListener>();
  private readonly caListeners = new Set<CaListener>();

  /** @throws CohortError COHORT_XDS_CERTIFICATE where the files cannot be used */
  constructor(
    private readonly files: TlsFiles,
    private readonly settings: {
      readonly clock: Clock;
      readonly log: Pick<Logger, 'info' | 'error'>;
      /** Milliseconds between two looks at the files. */
      readonly intervalMs: number;
    },
  ) {
    this.pem = read(files);
  }

  /** Mutual TLS: who shows no certificate of the trusted authority is refused. */
  credentials(): ServerCredentials {
    // One provider for both, which is why it does not matter that grpc-js's declaration swaps the two.
    return experimental.createCertificateProviderServerCredentials(
      this,
      this,
      true,
    ) as unknown as ServerCredentials;
  }

  /** For calls to other control planes: shows our certificate, trusts the same authority. */
  clientCredentials(): ChannelCredentials {
    return experimental.createCertificateProviderChannelCredentials(
      this,
      this,
      {},
    ) as unknown as ChannelCredentials;
  }

  start(): void {
    this.cancel ??= this.settings.clock.after(this.settings.intervalMs, () => {
      this.cancel = undefined;
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  /** Reads the files and takes them over if they are new and good. */
  look(): void {
    let pem: Pem;
    try {
      pem = read(this.files);
    } catch (error) {
      const complaint = (error as Error).message;
      if (complaint !== this.complaint)
        this.settings.log.error({ err: error }, 'certificates not renewed: the last good ones stay');
      this.complaint = complaint;
      return;
    }
    this.complaint = '';
    const isNew = (['certificate', 'privateKey', 'caCertificate'] as const).some(
      (part) => !pem[part].equals(this.pem[part]),
    );
    if (!isNew) return;
    this.pem = pem;
    const { validTo, serialNumber } = new X509Certificate(pem.certificate);
    this.settings.log.info({ validTo, serialNumber }, 'certificates renewed');
    for (const tell of this.caListeners) tell(pem);
    for (const tell of this.identityListeners) tell(pem);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.caListeners.add(listener);
    // Not before this call has returned: grpc-js passes on only what comes later.
    process.nextTick(() => listener(this.pem));
  }
  removeCaCertificateListener(listener: CaListener): void {
    this.caListeners.delete(listener);
  }
  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.add(listener);
    process.nextTick(() => listener(this.pem));
  }
  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.delete(listener);
  }
}

function read(files: TlsFiles): Pem {
  try {
    const pem = {
      certificate: readFileSync(files.certificate),
      privateKey: readFileSync(files.privateKey),
      caCertificate: readFileSync(files.trustedCa),
    };
    // Throws where one is no PEM or the key is another's.
    createSecureContext({ cert: pem.certificate, key: pem.privateKey, ca: pem.caCertificate });
    return pem;
  } catch (error) {
    const { certificate, privateKey, trustedCa } = files;
    const message = `the certificates of ${certificate}, ${privateKey} and ${trustedCa} cannot be used: ${(error as Error).message}`;
    throw new CohortError('COHORT_XDS_CERTIFICATE', message, { details: { ...files }, cause: error });
  }
}
