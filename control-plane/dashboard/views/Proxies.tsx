/** The proxies: what each has applied, acknowledged and refused, in Envoy's words. */
import type { JSX } from 'preact';
import { useApp } from '../app-context.ts';
import type { ProxyView } from '../data/rest.ts';
import { count, counted, duration } from '../model/format.ts';
import { Badge } from '../parts/Badge.tsx';
import { Grid, type Column } from '../parts/Grid.tsx';

export function ProxiesView(): JSX.Element {
  const { known, go, route } = useApp();
  const rows = known.proxies?.proxies ?? [];
  const refusals = rows.flatMap(({ id, refused }) => refused.map((one) => ({ proxy: id, ...one })));
  const columns: Column<ProxyView>[] = [
    {
      key: 'id',
      title: 'Proxy',
      width: 'minmax(8rem, 1.4fr)',
      cell: ({ id, refused, late }) => (
        <>
          <span class="text">{id}</span>
          {refused.length > 0 && <Badge tone="bad">{counted(refused.length, 'NACK')}</Badge>}
          {late.length > 0 && <Badge tone="warn">{`${late.length} late`}</Badge>}
        </>
      ),
    },
    {
      key: 'lag',
      title: 'Behind',
      width: '7.5rem',
      cell: ({ lag }) => <Lag lag={lag} />,
    },
    {
      key: 'applied',
      title: 'Applied',
      width: '7rem',
      isExtra: true,
      cell: ({ applied }) => (
        <span class="num dim">{applied === null ? '–' : `${applied.epoch}.${applied.version}`}</span>
      ),
    },
    {
      key: 'devices',
      title: 'Devices',
      width: '5.5rem',
      align: 'end',
      cell: ({ connections }) => <span class="num strong">{count(connections)}</span>,
    },
    {
      key: 'acks',
      title: 'Acknowledged',
      width: 'minmax(10rem, 2fr)',
      isExtra: true,
      cell: ({ acks }) =>
        acks.map(({ type, acked, resources, missing }) => (
          <span
            key={type}
            class={`ack num${acked < resources ? ' behind' : ''}`}
            title={missing.length > 0 ? `Missing: ${missing.join(', ')}` : `${type}: all acknowledged`}
          >
            {type} {acked}/{resources}
          </span>
        )),
    },
    {
      key: 'envoy',
      title: 'Envoy',
      width: '5rem',
      isExtra: true,
      cell: ({ envoy }) => <span class="num dim">{envoy ?? '–'}</span>,
    },
    {
      key: 'replicas',
      title: 'Connected to',
      width: 'minmax(8rem, 1.2fr)',
      isExtra: true,
      cell: ({ replicas, connectedForMs }) => (
        <span class="text dim">
          {replicas.join(', ') || 'nobody'}
          {connectedForMs === null ? '' : ` for ${duration(connectedForMs)}`}
        </span>
      ),
    },
  ];
  return (
    <div class="proxies-view">
      <section class="panel full proxies" aria-labelledby="proxies-title">
        <div class="panel-head">
          <h2 id="proxies-title">
            Proxies <span class="dim num">{count(rows.length)}</span>
          </h2>
        </div>
        <Grid
          label="Proxies"
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index]}
          isOpen={({ id }) => route.detail?.kind === 'proxy' && route.detail.id === id}
          onOpen={({ id }) => go({ ...route, detail: { kind: 'proxy', id } })}
          empty={known.proxies === undefined ? 'Reading …' : 'No proxy is connected.'}
        />
      </section>
      {refusals.length > 0 && (
        <section class="panel nacks" aria-labelledby="nacks-title">
          <div class="panel-head">
            <h2 id="nacks-title">Refused, in Envoy’s words</h2>
          </div>
          <ul>
            {refusals.slice(0, 100).map(({ proxy, type, name, message, agoMs, count: times }) => (
              <li key={`${proxy} ${type} ${name}`}>
                <div>
                  <Badge tone="bad">{type}</Badge> <strong>{name}</strong> by {proxy}{' '}
                  <span class="dim num">
                    {duration(agoMs)} ago{times > 1 ? `, ${times} times` : ''}
                  </span>
                </div>
                <pre>{message}</pre>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

export function Lag({ lag }: { lag: string | null }): JSX.Element {
  if (lag === null) return <Badge tone="bad">no assignment</Badge>;
  if (lag === '0') return <Badge tone="good">up to date</Badge>;
  return <Badge tone="warn">{counted(Number(lag), 'version')}</Badge>;
}
