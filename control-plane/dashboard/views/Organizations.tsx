/** All organizations, the largest first; only what shows is read and drawn. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { OrganizationReader, type OrganizationQuery } from '../data/organizations.ts';
import type { ListedOrganization } from '../data/rest.ts';
import { count } from '../model/format.ts';
import { itemAt, rowCount } from '../model/pages.ts';
import { Badge, ServerName } from '../parts/Badge.tsx';
import { Grid, type Column } from '../parts/Grid.tsx';

const REFRESH_MS = 3_000;
/** Milliseconds after the last key until the search begins. */
const TYPING_MS = 200;

export function OrganizationsView(): JSX.Element {
  const [query, setQuery] = useState<OrganizationQuery>({
    contains: '',
    sort: 'size',
    split: false,
    pinned: false,
  });
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQuery((before) => ({ ...before, contains: text.trim() })), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const [total, setTotal] = useState<number>();
  return (
    <section class="panel full organizations" aria-labelledby="organizations-title">
      <div class="panel-head">
        <h2 id="organizations-title">
          Organizations <span class="dim num">{total === undefined ? '' : count(total)}</span>
        </h2>
        <div class="segments" role="group" aria-label="Order">
          <button
            type="button"
            aria-pressed={query.sort === 'size'}
            onClick={() => setQuery({ ...query, sort: 'size' })}
          >
            By size
          </button>
          <button
            type="button"
            aria-pressed={query.sort === 'name'}
            onClick={() => setQuery({ ...query, sort: 'name' })}
          >
            By name
          </button>
        </div>
        <div class="segments" role="group" aria-label="Only some">
          <button
            type="button"
            aria-pressed={query.split}
            onClick={() => setQuery({ ...query, split: !query.split })}
          >
            Split
          </button>
          <button
            type="button"
            aria-pressed={query.pinned}
            onClick={() => setQuery({ ...query, pinned: !query.pinned })}
          >
            Pinned
          </button>
        </div>
        <input
          type="search"
          class="search"
          data-search
          placeholder="Find an organization  /"
          aria-label="Find organizations by name"
          aria-keyshortcuts="/"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <OrganizationGrid key={JSON.stringify(query)} query={query} onTotal={setTotal} />
    </section>
  );
}

export function OrganizationGrid({
  query,
  onTotal,
}: {
  query: OrganizationQuery;
  onTotal?: (total: number) => void;
}): JSX.Element {
  const { dashboard, known, colours, route, go } = useApp();
  const [, redraw] = useState(0);
  const reader = useMemo(
    () => new OrganizationReader(dashboard.client, query, () => redraw((times) => times + 1)),
    [],
  );
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reader.refresh(), REFRESH_MS);
    return () => {
      clearInterval(timer);
      reader.stop();
    };
  }, []);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) reader.refresh();
    isFirst.current = false;
  }, [known.organizationsAt]);
  const { list } = reader;
  useEffect(() => onTotal?.(list.total), [list.total]);
  const most = itemAt(list, 0)?.connections ?? 1;
  const columns: Column<ListedOrganization>[] = [
    {
      key: 'name',
      title: 'Organization',
      width: 'minmax(8rem, 2fr)',
      cell: ({ organization, split, pin, quarantined }) => (
        <>
          <span class="text">{organization}</span>
          {split && (
            <Badge tone="warn" title="Its devices sit on more than one server">
              split
            </Badge>
          )}
          {pin !== null && <Badge title={`Pinned to ${pin}`}>pinned</Badge>}
          {quarantined && <Badge tone="bad">quarantine</Badge>}
        </>
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
      key: 'size',
      title: 'Size',
      width: 'minmax(5rem, 1fr)',
      isExtra: true,
      cell: ({ connections, servers }) => (
        <span class="stack" aria-hidden="true">
          {servers.map(({ server, connections: some }) => (
            <i
              key={server}
              style={{
                width: `${(some / Math.max(most, connections, 1)) * 100}%`,
                background: colours.get(server),
              }}
            />
          ))}
        </span>
      ),
    },
    {
      key: 'sits',
      title: 'Sits on',
      width: 'minmax(8rem, 1.6fr)',
      cell: ({ servers }) => (
        <>
          {servers.slice(0, 3).map(({ server, connections }) => (
            <span key={server} class="seat">
              <ServerName id={server} colour={colours.get(server)} />
              {servers.length > 1 && <span class="num dim">{count(connections)}</span>}
            </span>
          ))}
          {servers.length > 3 && <span class="dim">+{servers.length - 3}</span>}
        </>
      ),
    },
    {
      key: 'belongs',
      title: 'Belongs to',
      width: 'minmax(7rem, 1fr)',
      isExtra: true,
      cell: ({ assigned }) =>
        assigned === null ? (
          <span class="dim">nobody</span>
        ) : (
          <ServerName id={assigned} colour={colours.get(assigned)} />
        ),
    },
    {
      key: 'slot',
      title: 'Slot',
      width: '4.5rem',
      align: 'end',
      isExtra: true,
      cell: ({ slot }) => <span class="num dim">{slot}</span>,
    },
  ];
  return (
    <Grid
      label="Organizations"
      columns={columns}
      count={rowCount(list)}
      rowAt={(index) => itemAt(list, index)}
      onVisible={(from, to) => reader.show(from, to)}
      isOpen={({ organization }) => route.detail?.kind === 'organization' && route.detail.id === organization}
      onOpen={({ organization }) => go({ ...route, detail: { kind: 'organization', id: organization } })}
      empty={
        reader.isFailing
          ? 'They cannot be read now.'
          : list.pages.length === 0
            ? 'Reading …'
            : 'No organization is like that.'
      }
    />
  );
}
