import type { ComponentChildren, JSX } from 'preact';

/** Names and what they stand for. Those without are left out. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [string, ComponentChildren] | undefined)[];
}): JSX.Element {
  return (
    <dl class="facts">
      {facts.map(
        (fact) =>
          fact !== undefined && (
            <div key={fact[0]}>
              <dt>{fact[0]}</dt>
              <dd>{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
