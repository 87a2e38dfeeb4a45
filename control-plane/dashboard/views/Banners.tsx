/** What an operator must not miss: broken connections, what is held up, and what rounds cannot mend. */
import type { JSX } from 'preact';
import { useApp } from '../app-context.ts';
import { releaseBrake } from '../data/actions.ts';
import { canWrite } from '../model/freshness.ts';
import { alarmWords } from '../model/alarms.ts';

export function Banners(): JSX.Element {
  const { known, freshness, dashboard, ask } = useApp();
  const { overview, rebalances } = known;
  const alarms = rebalances?.load?.alarms ?? [];
  return (
    <div class="banners">
      {'title' in freshness && (
        <div class={`banner ${freshness.kind === 'lost' ? 'bad' : 'warn'}`} role="alert">
          <strong>{freshness.title}</strong>
          <span>{freshness.words}</span>
          <button type="button" class="plain small" onClick={() => dashboard.refresh()}>
            Try now
          </button>
        </div>
      )}
      {overview?.brake.engaged === true && (
        <div class="banner bad" role="alert">
          <strong>The brake is engaged</strong>
          <span>Several servers died in a row, so nothing moves away from dead servers by itself.</span>
          <button
            type="button"
            class="plain small"
            disabled={!canWrite(freshness)}
            onClick={() => ask(releaseBrake(dashboard.client, overview))}
          >
            Release …
          </button>
        </div>
      )}
      {overview !== undefined && overview.missing.length > 0 && (
        <div class="banner warn">
          <strong>Not all is known</strong>
          <span>
            {overview.missing.join(', ')} has not told of its proxies yet: there may be more devices.
          </span>
        </div>
      )}
      {alarms.map((alarm) => (
        <div key={JSON.stringify(alarm)} class="banner warn">
          <strong>{alarmWords(alarm).title}</strong>
          <span>{alarmWords(alarm).words}</span>
        </div>
      ))}
    </div>
  );
}
