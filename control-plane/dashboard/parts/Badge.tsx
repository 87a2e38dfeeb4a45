import type { ComponentChildren, JSX } from 'preact';
import type { Tone } from '../model/servers.ts';

export function Badge({
  tone = 'calm',
  title,
  children,
}: {
  tone?: Tone;
  title?: string | undefined;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <span class={`badge ${tone}`} {...(title === undefined ? {} : { title })}>
      {children}
    </span>
  );
}

/** A server's colour and name. */
export function ServerName({ id, colour }: { id: string; colour: string | undefined }): JSX.Element {
  return (
    <span class="server-name">
      <i class="dot" style={{ background: colour ?? 'var(--faint)' }} aria-hidden="true" />
      <span class="text">{id}</span>
    </span>
  );
}
