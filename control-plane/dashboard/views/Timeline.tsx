/** What has happened, the last first. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { clock } from '../model/format.ts';
import type { Entry, EntryKind } from '../model/timeline.ts';

const FILTERS: readonly { readonly title: string; readonly kinds: readonly EntryKind[] }[] = [
  { title: 'All', kinds: [] },
  { title: 'Moves', kinds: ['move'] },
  { title: 'Verdicts', kinds: ['verdict', 'stale'] },
  { title: 'Leader', kinds: ['leader'] },
  { title: 'Splits', kinds: ['split'] },
];
/** Entries that are drawn at first. */
const SHOWN = 100;

export function Timeline(): JSX.Element {
  const { known } = useApp();
  const [filter, setFilter] = useState(0);
  const [most, setMost] = useState(SHOWN);
  const { kinds } = FILTERS[filter]!;
  const entries = useMemo(
    () => known.timeline.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind)),
    [known.timeline, filter],
  );
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <div class="panel-head">
        <h2 id="timeline-title">Timeline</h2>
        <div class="segments" role="group" aria-label="Which events">
          {FILTERS.map(({ title }, i) => (
            <button key={title} type="button" aria-pressed={i === filter} onClick={() => setFilter(i)}>
              {title}
            </button>
          ))}
        </div>
      </div>
      <ol class="entries" tabIndex={0} aria-label="Events, the last first">
        {entries.slice(0, most).map((entry) => (
          <TimelineEntry key={entry.key} entry={entry} />
        ))}
        {entries.length === 0 && <li class="empty">Nothing yet.</li>}
        {entries.length > most && (
          <li>
            <button type="button" class="plain small" onClick={() => setMost(most + SHOWN)}>
              Show earlier ones
            </button>
          </li>
        )}
      </ol>
    </section>
  );
}

function TimelineEntry({ entry }: { entry: Entry }): JSX.Element {
  const { go, route } = useApp();
  const { at, kind, tone, title, detail, link } = entry;
  return (
    <li class={`entry ${tone}`} data-kind={kind}>
      <time class="num dim" dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
        {clock(at)}
      </time>
      <i class={`tick ${kind}`} aria-hidden="true" />
      <div>
        {link === undefined ? (
          <span>{title}</span>
        ) : (
          <button type="button" class="link" onClick={() => go({ ...route, detail: link })}>
            {title}
          </button>
        )}
        {detail !== '' && <p class="dim">{detail}</p>}
      </div>
    </li>
  );
}
