import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { pin, unpin } from '../data/actions.ts';
import type { OneOrganization, Split } from '../data/rest.ts';
import { bytes, clock, count } from '../model/format.ts';
import { canWrite } from '../model/freshness.ts';
import { reasonOf } from '../model/why.ts';
import { Badge, ServerName } from '../parts/Badge.tsx';
import { Facts } from '../parts/Facts.tsx';
import { useOne } from '../parts/use-one.ts';

export function OrganizationDetail({ id }: { id: string }): JSX.Element {
  const { known, colours, go, route } = useApp();
  const { value, error } = useOne<OneOrganization>(`v1/organizations/${encodeURIComponent(id)}`);
  if (value === undefined) return <p class="empty">{error ?? 'Reading …'}</p>;
  const split = known.splits?.splits.find(({ organization }) => organization === id);
  const { assigned, pin: pinned, ownPin, selector, traffic, seats, moves, slot, connections } = value;
  return (
    <>
      <PinActions organization={value} />
      {value.split && <WhySplit split={split} />}
      <Facts
        facts={[
          ['Devices', <b class="num">{count(connections)}</b>],
          [
            'Belongs to',
            assigned === null ? 'nobody' : <ServerName id={assigned} colour={colours.get(assigned)} />,
          ],
          [
            'Because of',
            pinned !== null ? 'its pin' : ownPin !== null ? 'a pin of the rebalancer' : `slot ${slot}`,
          ],
          pinned !== null && pinned !== assigned ? ['Pinned to', `${pinned}, not in force`] : undefined,
          selector === null
            ? undefined
            : [
                'Asks for',
                Object.entries(selector)
                  .map(([name, label]) => `${name}=${label}`)
                  .join(', '),
              ],
          value.quarantined ? ['Quarantine', <Badge tone="bad">quarantined</Badge>] : undefined,
          [
            'Traffic',
            `${bytes(traffic.received)}/s in, ${bytes(traffic.sent)}/s out, ${count(traffic.messages)} messages/s`,
          ],
        ]}
      />
      <h3>Where its devices sit</h3>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Through</th>
            <th scope="col" class="end">
              Devices
            </th>
          </tr>
        </thead>
        <tbody>
          {seats.map(({ server, connections: some, proxies }) => (
            <tr key={server}>
              <td>
                <button
                  type="button"
                  class="link"
                  onClick={() => go({ ...route, detail: { kind: 'server', id: server } })}
                >
                  <ServerName id={server} colour={colours.get(server)} />
                </button>
              </td>
              <td class="dim">
                {proxies.map(({ proxy, connections: through }) => `${proxy} ${through}`).join(', ')}
              </td>
              <td class="num end">{count(some)}</td>
            </tr>
          ))}
          {seats.length === 0 && (
            <tr>
              <td colSpan={3} class="dim">
                No device is connected.
              </td>
            </tr>
          )}
        </tbody>
      </table>
      <h3>Its last moves</h3>
      <ul class="moves short">
        {moves.map(({ version, at, by, from, to }) => (
          <li key={version}>
            <time class="num dim" dateTime={at}>
              {clock(at)}
            </time>
            <span>
              {from ?? 'nobody'} → {to ?? 'nobody'}
            </span>
            <span class="dim">by {by === 'pin' ? 'its pin' : 'its slot'}</span>
          </li>
        ))}
        {moves.length === 0 && <li class="dim">None that this replica has seen.</li>}
      </ul>
    </>
  );
}

function WhySplit({ split }: { split: Split | undefined }): JSX.Element {
  const found = split ?? { why: null, action: null, detail: 'no scan has looked at it yet' };
  const { title, words, action } = reasonOf(found);
  return (
    <div class="why" role="note" aria-label="Why it is split">
      <Badge tone="warn">Split: {title.toLowerCase()}</Badge>
      <p>{words}</p>
      {action !== '' && <p>{action}</p>}
      {split !== undefined && split.why !== null && split.detail !== '' && <p class="dim">{split.detail}</p>}
    </div>
  );
}

function PinActions({ organization }: { organization: OneOrganization }): JSX.Element {
  const { known, ask, dashboard, freshness } = useApp();
  const { organization: name, pin: pinned, assigned } = organization;
  const servers = known.overview?.servers ?? [];
  const [chosen, setChosen] = useState(pinned ?? assigned ?? '');
  const mayWrite = canWrite(freshness);
  return (
    <div class="drawer-actions">
      <label class="choice">
        <span class="dim">Server</span>
        <input
          list="server-ids"
          value={chosen}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => setChosen(event.currentTarget.value)}
        />
        <datalist id="server-ids">
          {servers.slice(0, 2_000).map(({ id }) => (
            <option key={id} value={id} />
          ))}
        </datalist>
      </label>
      <button
        type="button"
        class="primary"
        disabled={!mayWrite || !servers.some(({ id }) => id === chosen)}
        onClick={() => ask(pin(dashboard.client, name, chosen))}
      >
        Pin …
      </button>
      {pinned !== null && (
        <button
          type="button"
          class="plain"
          disabled={!mayWrite}
          onClick={() => ask(unpin(dashboard.client, name, known.table))}
        >
          Unpin …
        </button>
      )}
    </div>
  );
}
