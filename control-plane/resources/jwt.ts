import { any, type Message, type TypedAny } from '../../envoy/resources/index.ts';

type Provider = Message<'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider'>;
type Requirement = Message<'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement'>;

/** Whose tokens are taken. */
export interface JwtProviderOptions {
  readonly issuer: string;
  /** One of these must be among the token's; none: any. */
  readonly audiences?: readonly string[] | undefined;
  /** The keys: JSON (RFC 7517), or where to fetch them. */
  readonly keys:
    | { readonly jwks: string }
    | {
        readonly uri: string;
        /** The cluster that leads to the URI's host. */
        readonly cluster: string;
        readonly cacheSeconds: number;
      };
  /** Instead of `Authorization: Bearer` and the query parameter `access_token`. */
  readonly header?: string | undefined;
  readonly parameter?: string | undefined;
}

export interface JwtOptions {
  readonly name: string;
  readonly providers: readonly JwtProviderOptions[];
  /** Whether a request without a token is refused (401); one with a bad token is in any case. */
  readonly required: boolean;
}

/** The ECDS resource with the filter that verifies tokens; new keys reach it without a change of the listener. */
export function jwtFilter({
  name,
  providers,
  required,
}: JwtOptions): TypedAny<'envoy.config.core.v3.TypedExtensionConfig'> {
  const named = providers.map((provider, index) => [`provider_${index}`, provider] as const);
  const requirements: Requirement[] = named.map(([provider_name]) => ({ provider_name }));
  if (!required) requirements.push({ allow_missing: {} });
  const [first] = requirements;
  const requires: Requirement =
    requirements.length === 1 && first !== undefined ? first : { requires_any: { requirements } };
  return any('envoy.config.core.v3.TypedExtensionConfig', {
    name,
    typed_config: any('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication', {
      providers: Object.fromEntries(named.map(([id, options]) => [id, provider(options)])),
      rules: [{ match: { prefix: '/' }, requires }],
    }),
  });
}

function provider({ issuer, audiences = [], keys, header, parameter }: JwtProviderOptions): Provider {
  const common = {
    issuer,
    audiences,
    // The server behind verifies it again, or reads more of it.
    forward: true,
    // Where the filter reads the claim. No header: nothing that a device sends could be taken for it.
    payload_in_metadata: 'cohort',
    ...(header === undefined ? {} : { from_headers: [{ name: header }] }),
    ...(parameter === undefined ? {} : { from_params: [parameter] }),
  };
  if ('jwks' in keys) return { ...common, local_jwks: { inline_string: keys.jwks } };
  const { uri, cluster, cacheSeconds } = keys;
  return {
    ...common,
    remote_jwks: {
      http_uri: { uri, cluster, timeout: '5s' },
      cache_duration: `${cacheSeconds}s`,
      // Fetched before the first request asks for it.
      async_fetch: { fast_listener: true },
    },
  };
}
