/** How even the load is, what a round would move now, and what rounds have moved, each to be taken back. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { applyRound, pause, undo } from '../data/actions.ts';
import type { Move, PlanView, RoundView } from '../data/rest.ts';
import { clock, count, counted, over, percent } from '../model/format.ts';
import { canWrite } from '../model/freshness.ts';
import { targetOf } from '../model/moving.ts';
import { capital } from '../model/why.ts';
import { Badge } from '../parts/Badge.tsx';

/** Moves of a round that are drawn at first. */
const SHOWN = 5;

export function RebalancingView(): JSX.Element {
  const { known, ask, dashboard, freshness } = useApp();
  const [plan, setPlan] = useState<{ at: number; plan?: PlanView; error?: string }>();
  const { rebalances } = known;
  const isPaused = rebalances?.paused === true;
  const mayWrite = canWrite(freshness);
  const preview = async (): Promise<void> => {
    try {
      const { body } = await dashboard.client.get<PlanView>('v1/rebalances/preview');
      setPlan({ at: Date.now(), plan: body });
    } catch (error) {
      setPlan({ at: Date.now(), error: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <div class="rebalancing">
      <section class="panel" aria-labelledby="balance-title">
        <div class="panel-head">
          <h2 id="balance-title">Rebalancer</h2>
          {isPaused ? <Badge tone="warn">paused</Badge> : <Badge tone="good">works</Badge>}
          <Balance />
          <div class="actions">
            <button type="button" class="plain" onClick={() => void preview()}>
              Preview
            </button>
            <button
              type="button"
              class="plain"
              disabled={!mayWrite}
              onClick={() => ask(pause(dashboard.client, !isPaused))}
            >
              {isPaused ? 'Resume …' : 'Pause …'}
            </button>
            <button
              type="button"
              class="primary"
              disabled={!mayWrite}
              onClick={() => ask(applyRound(dashboard.client))}
            >
              Rebalance now …
            </button>
          </div>
        </div>
        {plan !== undefined && (
          <div class="plan" role="status">
            <strong>
              {plan.error ??
                (plan.plan!.moves.length === 0
                  ? 'Nothing is worth moving now.'
                  : `${counted(plan.plan!.moves.length, 'move')} of ${counted(plan.plan!.connections, 'device')}.`)}
            </strong>{' '}
            <span class="dim">as of {clock(plan.at)}</span>
            <ul class="moves">
              {plan.plan?.moves.slice(0, 50).map(({ target, from, to, connections, words }, i) => (
                <li key={i}>
                  <span class="what">{'slot' in target ? `slot ${target.slot}` : target.organization}</span>
                  <span>
                    {from ?? 'nobody'} → {to}
                  </span>
                  <span class="num">{counted(connections, 'device')}</span>
                  <span class="dim words">{words}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </section>
      <section class="panel full rounds" aria-labelledby="rounds-title">
        <div class="panel-head">
          <h2 id="rounds-title">Rounds</h2>
          <span class="dim">the last first</span>
        </div>
        <ol class="round-list" tabIndex={0} aria-label="Rounds, the last first">
          {(rebalances?.rounds ?? []).map((round) => (
            <Round key={round.id} round={round} />
          ))}
          {rebalances?.rounds.length === 0 && <li class="empty">Nothing has moved yet.</li>}
        </ol>
      </section>
    </div>
  );
}

function Balance(): JSX.Element {
  const { known } = useApp();
  const load = known.rebalances?.load;
  if (load === undefined || load === null) return <span class="dim">no load has been read</span>;
  const { worstOverMean, mean } = load.balance;
  return (
    <span class="dim num">
      worst {worstOverMean === null ? '–' : over(worstOverMean)} over the mean of {percent(mean)}
    </span>
  );
}

function Round({ round }: { round: RoundView }): JSX.Element {
  const [isWhole, setWhole] = useState(false);
  const { id, at, reason, triggers, moves, undoes, more } = round;
  const devices = moves.reduce((sum, { connections }) => sum + connections, 0);
  return (
    <li class="round">
      <div class="round-head">
        <time class="num dim" dateTime={at} title={new Date(at).toLocaleString()}>
          {clock(at)}
        </time>
        <strong>{capital(reason || triggers.join(', '))}</strong>
        {triggers.slice(0, 3).map((trigger) => (
          <Badge key={trigger}>{trigger}</Badge>
        ))}
        {undoes !== undefined && <Badge tone="calm">undoes {undoes.round}</Badge>}
        <span class="num dim">
          {counted(moves.length + more, 'move')}, {counted(devices, 'device')}
        </span>
      </div>
      <ul class="moves">
        {moves.slice(0, isWhole ? moves.length : SHOWN).map((move) => (
          <MoveRow key={move.index} round={id} move={move} />
        ))}
      </ul>
      {moves.length > SHOWN && (
        <button type="button" class="plain small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show less' : `Show all ${count(moves.length)}`}
        </button>
      )}
    </li>
  );
}

function MoveRow({ round, move }: { round: string; move: Move }): JSX.Element {
  const { ask, dashboard, freshness, go, route } = useApp();
  const { organization, from, to, connections, words, undone } = move;
  const target = targetOf(move);
  return (
    <li>
      <span class="what">
        {organization === undefined ? (
          target
        ) : (
          <button
            type="button"
            class="link"
            onClick={() => go({ ...route, detail: { kind: 'organization', id: organization } })}
          >
            {organization}
          </button>
        )}
      </span>
      <span>
        {from ?? 'nobody'} → {to ?? 'nobody'}
      </span>
      <span class="num">{counted(connections, 'device')}</span>
      <span class="dim words" title={words}>
        {words}
      </span>
      {undone === true ? (
        <Badge>undone</Badge>
      ) : (
        <button
          type="button"
          class="plain small"
          aria-label={`Undo the move of ${target}`}
          disabled={!canWrite(freshness) || from === null}
          onClick={() => ask(undo(dashboard.client, round, move))}
        >
          Undo …
        </button>
      )}
    </li>
  );
}
