/** Organizations whose devices sit on several servers, and why. */
import type { JSX } from 'preact';
import { useApp } from '../app-context.ts';
import { scanNow } from '../data/actions.ts';
import type { Split } from '../data/rest.ts';
import { clock, count } from '../model/format.ts';
import { canWrite } from '../model/freshness.ts';
import { reasonOf } from '../model/why.ts';
import { Badge, ServerName } from '../parts/Badge.tsx';
import { Grid, type Column } from '../parts/Grid.tsx';

export function SplitsView(): JSX.Element {
  const { known, colours, go, route, ask, dashboard, freshness } = useApp();
  const { splits } = known;
  const rows = splits?.splits ?? [];
  const columns: Column<Split>[] = [
    {
      key: 'organization',
      title: 'Organization',
      width: 'minmax(7rem, 1.2fr)',
      cell: ({ organization, slot }) => <span class="text">{organization ?? `slot ${slot}`}</span>,
    },
    {
      key: 'sits',
      title: 'Sits on',
      width: 'minmax(9rem, 1.6fr)',
      cell: ({ servers }) =>
        servers.slice(0, 4).map(({ server, connections }) => (
          <span key={server} class="seat">
            <ServerName id={server} colour={colours.get(server)} />
            <span class="num dim">{count(connections)}</span>
          </span>
        )),
    },
    {
      key: 'belongs',
      title: 'Belongs to',
      width: 'minmax(6rem, 0.9fr)',
      isExtra: true,
      cell: ({ assigned }) =>
        assigned === null ? (
          <span class="dim">nobody</span>
        ) : (
          <ServerName id={assigned} colour={colours.get(assigned)} />
        ),
    },
    {
      key: 'why',
      title: 'Why',
      width: 'minmax(9rem, 2.6fr)',
      cell: (split) => {
        const { title, words, action } = reasonOf(split);
        return (
          <>
            <Badge tone={split.why === null ? 'calm' : 'warn'}>{title}</Badge>
            <span class="text dim" title={`${words} ${action}`}>
              {words}
            </span>
          </>
        );
      },
    },
    {
      key: 'action',
      title: 'What is done',
      width: 'minmax(8rem, 1.6fr)',
      isExtra: true,
      cell: (split) => <span class="text dim">{reasonOf(split).action || 'The next scan looks at it.'}</span>,
    },
  ];
  return (
    <section class="panel full splits" aria-labelledby="splits-title">
      <div class="panel-head">
        <h2 id="splits-title">
          Splits <span class="dim num">{splits === undefined ? '' : count(splits.total)}</span>
        </h2>
        <span class="dim">
          {(splits?.scannedAt ?? null) === null
            ? 'not scanned yet'
            : `last scan ${clock(splits!.scannedAt!)}`}
        </span>
        <button
          type="button"
          class="plain small"
          disabled={!canWrite(freshness)}
          onClick={() => ask(scanNow(dashboard.client))}
        >
          Scan now …
        </button>
      </div>
      <Grid
        label="Splits"
        columns={columns}
        count={rows.length}
        rowAt={(index) => rows[index]}
        isOpen={({ organization }) =>
          route.detail?.kind === 'organization' && route.detail.id === organization
        }
        onOpen={({ organization }) =>
          organization !== null && go({ ...route, detail: { kind: 'organization', id: organization } })
        }
        empty={
          splits === undefined ? 'Reading …' : 'Every organization is whole: all of its devices sit together.'
        }
      />
    </section>
  );
}
