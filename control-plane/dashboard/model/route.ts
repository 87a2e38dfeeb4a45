/** The address of a view: `#/servers/server-1`, `#/organizations?q=acme`. Pure. */

export const TABS = ['overview', 'organizations', 'splits', 'proxies', 'rebalancing'] as const;
export type Tab = (typeof TABS)[number];

export interface Route {
  readonly tab: Tab;
  /** What is open beside it. */
  readonly detail?: { readonly kind: 'server' | 'organization' | 'proxy'; readonly id: string };
}

export function parseRoute(hash: string): Route {
  const [name = '', kind, ...rest] = hash.replace(/^#\/?/, '').split('/');
  const tab = TABS.find((one) => one === name) ?? 'overview';
  if ((kind !== 'server' && kind !== 'organization' && kind !== 'proxy') || rest.length === 0) return { tab };
  return { tab, detail: { kind, id: decode(rest.join('/')) } };
}

export function hashOf({ tab, detail }: Route): string {
  return detail === undefined ? `#/${tab}` : `#/${tab}/${detail.kind}/${encodeURIComponent(detail.id)}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
