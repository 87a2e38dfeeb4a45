/**
 * The name on a relayed upgrade, in a way that no device can forge: a JSON Web Token, signed by a key that the greeter has
 * drawn for itself and whose public half the proxies were given. Its organization is percent-encoded: any text fits.
 */
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { RELAY_ISSUER } from '../control-plane/resources/names.ts';

/** A relayed upgrade arrives within milliseconds; proxies' clocks may be off by a minute (jwt_authn's default). */
const LIFE_SECONDS = 30;
const ALGORITHM = 'ES256';

export class RelayKey {
  private constructor(
    private readonly key: CryptoKey,
    /** The public half, for the proxies. */
    readonly publicKey: JWK,
  ) {}

  /** @param id tells it apart from those of other greeters */
  static async draw(id: string): Promise<RelayKey> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
    const jwk = { ...(await exportJWK(publicKey)), kid: id, alg: ALGORITHM, use: 'sig' };
    return new RelayKey(privateKey, jwk);
  }

  /** @param nowMs milliseconds since 1970 */
  sign(organization: string, nowMs: number): Promise<string> {
    const now = Math.floor(nowMs / 1000);
    return new SignJWT({ organization: encodeURIComponent(organization) })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.publicKey.kid ?? '' })
      .setIssuer(RELAY_ISSUER)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .sign(this.key);
  }
}
