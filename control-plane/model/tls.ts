/** TLS towards devices, and whose tokens are taken. Keys of certificates never pass the control plane: they are files. */
import { posix } from 'node:path';
import { z } from 'zod';

const pathSchema = z
  .string()
  .max(1024)
  .refine((path) => posix.isAbsolute(path) && posix.normalize(path) === path && !path.includes('\0'), {
    error: "must be an absolute path on the proxies' machines",
  });

/** Files on every proxy's machine, PEM. They are read anew when something is renamed in `watchedDirectory`. */
export const tlsSchema = z
  .strictObject({
    certificate: pathSchema,
    privateKey: pathSchema,
    /** What the devices' certificates must be signed by; without it none is asked for. */
    authority: pathSchema.optional(),
    /** Certificates that the authority has revoked. */
    revoked: pathSchema.optional(),
    watchedDirectory: pathSchema,
    /** Refuse a device without a certificate in the handshake. Default false. */
    requireCertificate: z.boolean().optional(),
    /** Default TLS1_2. */
    minimumVersion: z.enum(['TLS1_2', 'TLS1_3']).optional(),
  })
  .refine(({ requireCertificate, authority }) => requireCertificate !== true || authority !== undefined, {
    path: ['requireCertificate'],
    message: 'needs an `authority` to verify them by',
  })
  .refine(({ revoked, authority }) => revoked === undefined || authority !== undefined, {
    path: ['revoked'],
    message: 'needs the `authority` that revoked them',
  });
export type TlsSettings = z.infer<typeof tlsSchema>;

const JWKS_ADVICE = 'must be a JSON Web Key Set of public keys: {"keys": [...]} (RFC 7517)';

/** Private members of a key (RFC 7518, section 6), which have no business here. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

function isKeySet(text: string): boolean {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    const isKey = (key: unknown): boolean =>
      typeof key === 'object' && key !== null && 'kty' in key && !PRIVATE.some((name) => name in key);
    return Array.isArray(keys) && keys.length > 0 && keys.every(isKey);
  } catch {
    return false;
  }
}

export const jwtSchema = z.strictObject({
  providers: z
    .array(
      z.strictObject({
        issuer: z.string().min(1).max(1024),
        /** One of them must be among the token's; none: any will do. */
        audiences: z.array(z.string().min(1).max(1024)).max(16).optional(),
        jwks: z.string().max(65_536).refine(isKeySet, JWKS_ADVICE),
        /** Where the token is, instead of `Authorization: Bearer` and the query parameter `access_token`. */
        header: z
          .string()
          .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/)
          .optional(),
        parameter: z.string().min(1).max(256).optional(),
      }),
    )
    .min(1)
    .max(8),
  /** Refuse a request without a token; one with a bad token is refused in any case. Default true. */
  required: z.boolean().optional(),
});
export type JwtSettings = z.infer<typeof jwtSchema>;
