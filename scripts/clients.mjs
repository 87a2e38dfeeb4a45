// The clients of other people that tests use, as `scripts/setup/clients.mjs` provides them.
import { provideClients } from './setup/clients.mjs';
import { contextOf } from './setup/provide.mjs';

/** @type {typeof import('./clients.d.mts').findClients} */
export function findClients(env = process.env) {
  return provideClients(contextOf(env, () => undefined));
}
