/** Everything at a glance. */
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import type { Overview as Seen } from '../data/rest.ts';
import { count, counted, over } from '../model/format.ts';
import type { Measure } from '../model/history.ts';
import type { Tone } from '../model/servers.ts';
import { LoadChart } from '../parts/LoadChart.tsx';
import { SlotStrip } from '../parts/SlotStrip.tsx';
import { Servers } from './Servers.tsx';
import { Timeline } from './Timeline.tsx';

const MEASURES: readonly { readonly measure: Measure; readonly title: string }[] = [
  { measure: 'connections', title: 'Devices' },
  { measure: 'load', title: 'Worst load' },
  { measure: 'cpu', title: 'CPU' },
  { measure: 'memory', title: 'Memory' },
];

export function Overview({ overview }: { overview: Seen }): JSX.Element {
  const { known } = useApp();
  const [measure, setMeasure] = useState<Measure>('connections');
  const ceiling = known.settings?.loadCeiling ?? 0.85;
  return (
    <div class="overview">
      <Tiles overview={overview} />
      <section class="panel slots" aria-labelledby="slots-title">
        <div class="panel-head">
          <h2 id="slots-title">Slots</h2>
          <span class="dim num">
            {overview.assignment === null
              ? 'no assignment yet'
              : `epoch ${overview.assignment.epoch} · version ${overview.assignment.version}`}
          </span>
        </div>
        {known.table === undefined ? <div class="strip waiting" /> : <SlotStrip table={known.table} />}
      </section>
      <div class="main">
        <section class="panel load" aria-labelledby="load-title">
          <div class="panel-head">
            <h2 id="load-title">Load over time</h2>
            <span class="dim since">since this page was opened</span>
            <div class="segments" role="group" aria-label="What is drawn">
              {MEASURES.map(({ measure: one, title }) => (
                <button
                  key={one}
                  type="button"
                  aria-pressed={one === measure}
                  onClick={() => setMeasure(one)}
                >
                  {title}
                </button>
              ))}
            </div>
          </div>
          <LoadChart measure={measure} ceiling={ceiling} />
        </section>
        <Servers servers={overview.servers} ceiling={ceiling} />
      </div>
      <Timeline />
    </div>
  );
}

function Tiles({ overview }: { overview: Seen }): JSX.Element {
  const { known, go } = useApp();
  const { counts, servers, proxies, assignment, leader, waiting } = overview;
  const alive = servers.filter(({ verdict }) => verdict === 'alive').length;
  const draining = servers.filter(({ state }) => state === 'draining').length;
  const applied = proxies.filter(({ lag }) => lag === '0').length;
  const balance = known.rebalances?.load?.balance.worstOverMean;
  const isPaused = known.rebalances?.paused === true;
  return (
    <div class="tiles" role="group" aria-label="At a glance">
      <Tile
        name="devices"
        title="Devices"
        value={count(counts.connections)}
        note={counted(counts.pins, 'pin')}
      />
      <Tile
        name="organizations"
        title="Organizations"
        value={count(counts.organizations)}
        note={counts.quarantines > 0 ? `${counts.quarantines} quarantined` : 'by the reports'}
        tone={counts.quarantines > 0 ? 'warn' : 'calm'}
        onOpen={() => go({ tab: 'organizations' })}
      />
      <Tile
        name="servers"
        title="Servers alive"
        value={<Part of={servers.length} is={alive} />}
        note={
          draining > 0 ? `${count(draining)} draining` : alive < servers.length ? 'see below' : 'all well'
        }
        tone={alive < servers.length ? 'bad' : draining > 0 ? 'warn' : 'good'}
      />
      <Tile
        name="proxies"
        title="Proxies current"
        value={<Part of={proxies.length} is={applied} />}
        note={
          assignment?.settled === true ? 'settled' : (waiting[0] && `waits for ${waiting[0].for}`) || 'moving'
        }
        tone={applied < proxies.length ? 'warn' : 'good'}
        onOpen={() => go({ tab: 'proxies' })}
      />
      <Tile
        name="splits"
        title="Splits"
        value={count(counts.splitOrganizations)}
        note={counts.splitOrganizations === 0 ? 'all are whole' : 'see why'}
        tone={counts.splitOrganizations > 0 ? 'warn' : 'good'}
        onOpen={() => go({ tab: 'splits' })}
      />
      <Tile
        name="balance"
        title="Worst / mean"
        value={balance === undefined || balance === null ? '–' : over(balance)}
        note={isPaused ? 'paused' : 'rounds go on'}
        tone={isPaused ? 'warn' : 'calm'}
        onOpen={() => go({ tab: 'rebalancing' })}
      />
      <Tile
        name="leader"
        title="Leader"
        value={<span class="word">{leader ?? 'nobody'}</span>}
        note={leader === null ? 'nothing moves' : 'leads'}
        tone={leader === null ? 'bad' : 'good'}
      />
    </div>
  );
}

function Part({ is, of }: { is: number; of: number }): JSX.Element {
  return (
    <>
      {count(is)} <small>/ {count(of)}</small>
    </>
  );
}

function Tile(props: {
  name: string;
  title: string;
  value: ComponentChildren;
  note: string;
  tone?: Tone;
  onOpen?: () => void;
}): JSX.Element {
  const { name, title, value, note, tone = 'calm', onOpen } = props;
  const content = (
    <>
      <span class="tile-title">{title}</span>
      <span class="tile-value num">{value}</span>
      <span class={`tile-note ${tone}`}>{note}</span>
    </>
  );
  return onOpen === undefined ? (
    <div class="tile" data-tile={name}>
      {content}
    </div>
  ) : (
    <button type="button" class="tile" data-tile={name} onClick={onOpen}>
      {content}
    </button>
  );
}
