import type { JSX } from 'preact';
import { useApp } from '../app-context.ts';
import { drain, undrain } from '../data/actions.ts';
import type { OverviewServer, ServerView } from '../data/rest.ts';
import { amount, bytes, clock, count, counted, percent } from '../model/format.ts';
import { canWrite } from '../model/freshness.ts';
import { badgesOf, DIMENSION_TITLE, dimensionsOf } from '../model/servers.ts';
import { Badge } from '../parts/Badge.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Meter } from '../parts/Meter.tsx';
import { useOne } from '../parts/use-one.ts';
import { OrganizationGrid } from './Organizations.tsx';

export function ServerDetail({ id }: { id: string }): JSX.Element {
  const { known, ask, dashboard, freshness } = useApp();
  const { value, error } = useOne<ServerView>(`v1/servers/${encodeURIComponent(id)}`);
  const server = known.overview?.servers.find((one) => one.id === id);
  if (server === undefined) return <p class="empty">{error ?? 'There is no server of that id.'}</p>;
  const ceiling = known.settings?.loadCeiling ?? 0.85;
  const isDraining = server.state === 'draining';
  return (
    <>
      <div class="drawer-actions">
        {isDraining ? (
          <button
            type="button"
            class="primary"
            disabled={!canWrite(freshness)}
            onClick={() => ask(undrain(dashboard.client, id, known.settings))}
          >
            Undrain …
          </button>
        ) : (
          <button
            type="button"
            class="primary"
            disabled={!canWrite(freshness)}
            onClick={() => ask(drain(dashboard.client, id, known.settings))}
          >
            Drain …
          </button>
        )}
        {badgesOf(server).map(({ text, tone, title }) => (
          <Badge key={text} tone={tone} title={title}>
            {text}
          </Badge>
        ))}
      </div>
      {isDraining && <DrainProgress server={server} />}
      <div class="dimensions">
        {dimensionsOf(server, ceiling).map(({ name, used, limit, share, tone }) => (
          <div key={name} class="dimension">
            <span>{DIMENSION_TITLE[name] ?? name}</span>
            <span class="num dim">
              {amount(name, used)}
              {limit === null ? ', no limit known' : ` of ${amount(name, limit)} · ${percent(share ?? 0)}`}
            </span>
            <Meter
              label={DIMENSION_TITLE[name] ?? name}
              share={share}
              ceiling={ceiling}
              tone={tone}
              words={share === null ? 'no limit known' : percent(share)}
            />
          </div>
        ))}
      </div>
      <Facts
        facts={[
          ['Devices', <b class="num">{count(server.connections)}</b>],
          ['Organizations', count(server.organizations)],
          ['Slots', `${count(server.slots)}, weight ${server.weight}`],
          server.pins > 0 ? ['Pins', count(server.pins)] : undefined,
          [
            'Traffic',
            `${bytes(server.traffic.received)}/s in, ${bytes(server.traffic.sent)}/s out, ${count(server.traffic.messages)} messages/s`,
          ],
          ...(value === undefined ? [] : detailFacts(value)),
        ]}
      />
      <h3>Organizations that belong or sit here</h3>
      <div class="drawer-grid">
        <OrganizationGrid
          key={id}
          query={{ contains: '', sort: 'size', split: false, pinned: false, server: id }}
        />
      </div>
    </>
  );
}

function detailFacts({ health, ports, labels, unresolved }: ServerView): [string, JSX.Element | string][] {
  const since = health.since === null ? '' : ` since ${clock(health.since)}`;
  return [
    ['Verdict', `${health.state}${since}: ${health.why}`],
    ...(health.sayDead.length > 0
      ? ([['Say it is dead', health.sayDead.join(', ')]] as [string, string][])
      : []),
    ...(health.avoided === null
      ? []
      : ([['Not reached by', health.avoided.proxies.join(', ')]] as [string, string][])),
    [
      'Ports',
      Object.entries(ports)
        .map(([kind, { host, port }]) => `${kind} ${host}:${port}`)
        .join(', '),
    ],
    ...(labels === undefined || Object.keys(labels).length === 0
      ? []
      : ([
          [
            'Labels',
            Object.entries(labels)
              .map(([name, value]) => `${name}=${value}`)
              .join(', '),
          ],
        ] as [string, string][])),
    ...(unresolved === undefined
      ? []
      : ([['Does not resolve', unresolved.map(({ host }) => host).join(', ')]] as [string, string][])),
  ];
}

function DrainProgress({ server }: { server: OverviewServer }): JSX.Element {
  const { id, connections } = server;
  return (
    <p class={`drain-progress${connections === 0 ? ' done' : ''}`} role="status">
      {connections === 0
        ? `${id} is empty. It can be stopped, or undrained to take it back.`
        : `${counted(connections, 'device')} still to move.`}
    </p>
  );
}
