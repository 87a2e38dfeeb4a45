/** What is open beside a view: one server, organization or proxy. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { OrganizationDetail } from './OrganizationDetail.tsx';
import { ProxyDetail } from './ProxyDetail.tsx';
import { ServerDetail } from './ServerDetail.tsx';

export function Drawer(): JSX.Element | null {
  const { route, go } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  const { detail } = route;
  const key = detail === undefined ? undefined : `${detail.kind} ${detail.id}`;
  useEffect(() => heading.current?.focus({ preventScroll: true }), [key]);
  if (detail === undefined) return null;
  const { kind, id } = detail;
  const kindTitle = { server: 'Server', organization: 'Organization', proxy: 'Proxy' }[kind];
  let body: ComponentChildren;
  if (kind === 'server') body = <ServerDetail key={id} id={id} />;
  else if (kind === 'organization') body = <OrganizationDetail key={id} id={id} />;
  else body = <ProxyDetail key={id} id={id} />;
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <div class="drawer-head">
        <div>
          <span class="dim kind">{kindTitle}</span>
          <h2 id="drawer-title" ref={heading} tabIndex={-1}>
            {id}
          </h2>
        </div>
        <button
          type="button"
          class="icon"
          aria-label="Close"
          aria-keyshortcuts="Escape"
          onClick={() => go({ tab: route.tab })}
        >
          ✕
        </button>
      </div>
      <div class="drawer-body">{body}</div>
    </aside>
  );
}
