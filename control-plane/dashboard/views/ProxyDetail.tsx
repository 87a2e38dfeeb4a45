import type { JSX } from 'preact';
import type { ProxyView } from '../data/rest.ts';
import { count, duration } from '../model/format.ts';
import { Badge } from '../parts/Badge.tsx';
import { Facts } from '../parts/Facts.tsx';
import { useOne } from '../parts/use-one.ts';
import { Lag } from './Proxies.tsx';

/** Servers that are named one by one. */
const NAMED = 200;

export function ProxyDetail({ id }: { id: string }): JSX.Element {
  const { value, error } = useOne<ProxyView>(`v1/proxies/${encodeURIComponent(id)}`);
  if (value === undefined) return <p class="empty">{error ?? 'Reading …'}</p>;
  const { lag, applied, connections, acks, refused, late, health, envoy, workers, replicas } = value;
  const { connectedForMs } = value;
  return (
    <>
      <Facts
        facts={[
          ['Behind', <Lag lag={lag} />],
          ['Applied', applied === null ? 'nothing' : `epoch ${applied.epoch}, version ${applied.version}`],
          ['Devices', <b class="num">{count(connections)}</b>],
          ['Envoy', `${envoy ?? 'unknown'}, ${workers ?? '?'} workers`],
          [
            'Connected to',
            `${replicas.join(', ')}${connectedForMs === null ? '' : ` for ${duration(connectedForMs)}`}`,
          ],
        ]}
      />
      <h3>Acknowledged</h3>
      <p>
        {acks.map(({ type, acked, resources }) => (
          <span key={type} class={`ack num${acked < resources ? ' behind' : ''}`}>
            {type} {acked}/{resources}
          </span>
        ))}
      </p>
      {refused.length > 0 && <h3>Refused, in Envoy’s words</h3>}
      {refused.map(({ type, name, message, agoMs }) => (
        <div key={`${type} ${name}`} class="refusal">
          <Badge tone="bad">{type}</Badge> <strong>{name}</strong>{' '}
          <span class="dim">{duration(agoMs)} ago</span>
          <pre>{message}</pre>
        </div>
      ))}
      {late.length > 0 && <h3>Not answered in time</h3>}
      {late.map(({ type, name }) => (
        <p key={`${type} ${name}`}>
          <Badge tone="warn">{type}</Badge> {name}
        </p>
      ))}
      <h3>Servers as it sees them</h3>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">Server</th>
            <th scope="col">Cluster</th>
            <th scope="col">Health</th>
            <th scope="col" class="end">
              For
            </th>
          </tr>
        </thead>
        <tbody>
          {(health ?? []).slice(0, NAMED).map(({ cluster, server, health: state, forMs }) => (
            <tr key={`${cluster} ${server}`}>
              <td>{server}</td>
              <td class="dim">{cluster}</td>
              <td>
                <Badge tone={/^healthy$/i.test(state) ? 'good' : 'bad'}>{state.toLowerCase()}</Badge>
              </td>
              <td class="num dim end">{duration(forMs)}</td>
            </tr>
          ))}
          {(health ?? []).length === 0 && (
            <tr>
              <td colSpan={4} class="dim">
                It has said nothing about them.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </>
  );
}
