/** What of a change of the verdicts is said in the log. */
import type { Logger } from 'pino';
import type { ServerVerdict, Verdicts } from '../model/index.ts';

type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

export function tellVerdicts(log: Log, before: Verdicts, after: Verdicts): void {
  for (const id of new Set([...Object.keys(before.servers), ...Object.keys(after.servers)])) {
    tellServer(log, id, before.servers[id], after.servers[id]);
  }
  const { brake } = after;
  if (brake.engaged && !before.brake.engaged) {
    const died = brake.deaths.map(({ server }) => server);
    log.error(
      { died },
      'the brake is on: too many servers died at once, and nothing is moved away from the last',
    );
  } else if (!brake.engaged && before.brake.engaged) log.warn('the brake is released: its time is up');
}

function tellServer(
  log: Log,
  server: string,
  was: ServerVerdict | undefined,
  is: ServerVerdict | undefined,
): void {
  const [from, to] = [was?.state ?? 'alive', is?.state ?? 'alive'];
  if (from !== to) log.warn({ server, from, to, why: is?.why }, `the verdict on a server: ${to}`);
  else if (is?.heldUntilMs !== was?.heldUntilMs) log.info({ server, why: is?.why }, 'a server is held down');
  const [avoided, last] = [is?.avoided, was?.avoided];
  if (avoided !== undefined && last === undefined) {
    const { proxies } = avoided;
    log.warn({ server, proxies }, 'a server is avoided: it lives, and proxies have not reached it for long');
  } else if (avoided?.untilMs !== undefined && last?.untilMs === undefined) {
    const until = new Date(avoided.untilMs).toISOString();
    log.info(
      { server, until },
      'every proxy reaches an avoided server again: it gets nothing new until then',
    );
  } else if (avoided === undefined && last !== undefined)
    log.info({ server }, 'a server is avoided no longer');
}
