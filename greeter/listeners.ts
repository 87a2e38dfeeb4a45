/** From the settings to what greeters serve. Pure. */
import { ownersOf } from '../control-plane/model/source.ts';
import type { ListenerSettings, Settings } from '../control-plane/model/index.ts';
import { GREETERS } from '../control-plane/resources/names.ts';
import { listenerMessage } from '../control-plane/state/listener-message.ts';
import { CLOSE } from './frames.ts';
import type { GreeterListener } from './settings.ts';

/** The listeners that have greeters. */
export function greeterListeners({ listeners }: Pick<Settings, 'listeners'>): GreeterListener[] {
  return listeners.flatMap((listener) => greeterListener(listener) ?? []);
}

function greeterListener(listener: ListenerSettings): GreeterListener | undefined {
  const { name, inner, greeter, sources, firstMessageTimeoutMs, redirect, declared } = listener;
  if (greeter === undefined || inner === undefined) return undefined;
  // What the proxy looks at has not answered, or the device would not be here.
  const own = sources.filter(({ field }) => ownersOf(field)?.includes(inner));
  return {
    ...{ name, firstMessageTimeoutMs, protocol: inner },
    mode: greeter.mode === 'RELAY' ? 'relay' : 'redirect',
    text: inner === 'JSON_RPC' || (inner !== 'MQTT' && declared?.binary !== true),
    filter: listenerMessage({ ...listener, sources: own }, GREETERS),
    location: greeter.mode === 'RELAY' ? '' : greeter.location,
    permanent: redirect?.permanent ?? false,
    retryAfterMs: redirect?.retryAfterMs ?? 0,
    closeCode: redirect?.closeCode ?? CLOSE.serviceRestart,
  };
}
