/** All servers with their load against the ceiling. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import type { OverviewServer } from '../data/rest.ts';
import { amount, count, percent } from '../model/format.ts';
import { lastOf } from '../model/history.ts';
import {
  badgesOf,
  DIMENSION_TITLE,
  dimensionsOf,
  listed,
  loadTone,
  type ServerQuery,
  type SortKey,
} from '../model/servers.ts';
import { Badge, ServerName } from '../parts/Badge.tsx';
import { Grid, type Column } from '../parts/Grid.tsx';
import { Meter } from '../parts/Meter.tsx';
import { Sparkline } from '../parts/Sparkline.tsx';

/** Readings of a row's line: two minutes. */
const SPARK = 60;

export function Servers({
  servers,
  ceiling,
}: {
  servers: readonly OverviewServer[];
  ceiling: number;
}): JSX.Element {
  const { colours, go, route, known } = useApp();
  const [query, setQuery] = useState<ServerQuery>({ text: '', sort: 'id', descending: false });
  const rows = useMemo(() => listed(servers, query), [servers, query]);
  const most = useMemo(() => Math.max(1, ...servers.map(({ connections }) => connections)), [servers]);
  const sorting = (key: SortKey): Pick<Column<OverviewServer>, 'sorted' | 'onSort'> => ({
    sorted: query.sort !== key ? 'none' : query.descending ? 'descending' : 'ascending',
    onSort: () =>
      setQuery({ ...query, sort: key, descending: query.sort === key ? !query.descending : key !== 'id' }),
  });
  const dimensions = useMemo(
    () =>
      ['connections', 'cpu', 'memory'].filter((name) =>
        servers.some(({ load }) => (load[name]?.share ?? null) !== null),
      ),
    [servers],
  );
  const columns: Column<OverviewServer>[] = [
    {
      key: 'id',
      title: 'Server',
      width: 'minmax(8.5rem, 1.6fr)',
      ...sorting('id'),
      cell: (server) => (
        <>
          <ServerName id={server.id} colour={colours.get(server.id)} />
          {badgesOf(server).map(({ text, tone, title }) => (
            <Badge key={text} tone={tone} title={title}>
              {text}
            </Badge>
          ))}
        </>
      ),
    },
    {
      key: 'devices',
      title: 'Devices',
      width: '5.5rem',
      align: 'end',
      ...sorting('connections'),
      cell: ({ connections }) => <span class="num strong">{count(connections)}</span>,
    },
    {
      key: 'load',
      title: 'Load',
      width: 'minmax(6rem, 1.2fr)',
      ...sorting('load'),
      cell: (server) => <WorstLoad server={server} ceiling={ceiling} />,
    },
    ...dimensions.map((name): Column<OverviewServer> => ({
      key: name,
      title: DIMENSION_TITLE[name] ?? name,
      width: 'minmax(5.5rem, 1fr)',
      isExtra: true,
      cell: (server) => <DimensionCell server={server} name={name} ceiling={ceiling} />,
    })),
    {
      key: 'organizations',
      title: 'Orgs',
      width: '4.2rem',
      align: 'end',
      isExtra: true,
      ...sorting('organizations'),
      cell: ({ organizations }) => <span class="num">{count(organizations)}</span>,
    },
    {
      key: 'slots',
      title: 'Slots',
      width: '4.4rem',
      align: 'end',
      isExtra: true,
      ...sorting('slots'),
      cell: ({ slots }) => <span class="num dim">{count(slots)}</span>,
    },
    {
      key: 'trend',
      title: 'Devices, 2 min',
      width: '104px',
      isExtra: true,
      cell: ({ id }) => (
        <Sparkline
          values={lastOf(known.history, id, 'connections', SPARK)}
          most={most}
          colour={colours.get(id)}
        />
      ),
    },
  ];
  return (
    <section class="panel servers" aria-labelledby="servers-title">
      <div class="panel-head">
        <h2 id="servers-title">
          Servers <span class="dim num">{count(servers.length)}</span>
        </h2>
        <input
          type="search"
          class="search"
          placeholder="Name or state"
          aria-label="Find servers by name or state"
          value={query.text}
          onInput={(event) => setQuery({ ...query, text: event.currentTarget.value })}
        />
      </div>
      <Grid
        label="Servers"
        columns={columns}
        count={rows.length}
        rowAt={(index) => rows[index]}
        isOpen={({ id }) => route.detail?.kind === 'server' && route.detail.id === id}
        onOpen={({ id }) => go({ ...route, detail: { kind: 'server', id } })}
        empty={query.text === '' ? 'There is no server yet.' : 'No server is called that.'}
      />
    </section>
  );
}

function WorstLoad({ server, ceiling }: { server: OverviewServer; ceiling: number }): JSX.Element {
  const { worst } = server;
  if (worst === null) return <span class="dim">no limit known</span>;
  const title = DIMENSION_TITLE[worst.dimension] ?? worst.dimension;
  return (
    <>
      <Meter
        label={`Load of ${server.id}`}
        share={worst.share}
        ceiling={ceiling}
        tone={loadTone(worst.share, ceiling)}
        words={`${percent(worst.share)}, by ${title}`}
      />
      <span class="num share">{percent(worst.share)}</span>
    </>
  );
}

function DimensionCell({
  server,
  name,
  ceiling,
}: {
  server: OverviewServer;
  name: string;
  ceiling: number;
}): JSX.Element {
  const found = dimensionsOf(server, ceiling).find((one) => one.name === name);
  if (found === undefined) return <span class="dim">–</span>;
  const { share, used, limit, tone } = found;
  if (share === null) return <span class="num dim">{amount(name, used)}</span>;
  return (
    <>
      <Meter
        label={`${DIMENSION_TITLE[name] ?? name} of ${server.id}`}
        share={share}
        ceiling={ceiling}
        tone={tone}
        words={`${percent(share)}, ${amount(name, used)} of ${amount(name, limit ?? 0)}`}
      />
      <span class="num share dim">{percent(share)}</span>
    </>
  );
}
