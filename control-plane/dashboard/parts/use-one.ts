/** One thing that REST tells of, read again and again while it shows. */
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { Refused } from '../data/client.ts';
import { Poller } from '../data/poller.ts';

const INTERVAL_MS = 2_000;

/** @returns undefined until it has been read; `error` of the last reading, in words */
export function useOne<T extends object>(path: string): { value: T | undefined; error: string | undefined } {
  const { dashboard, known } = useApp();
  const [read, setRead] = useState<{ value: T | undefined; error: string | undefined }>({
    value: undefined,
    error: undefined,
  });
  const [poller, setPoller] = useState<Poller>();
  useEffect(() => {
    const made = new Poller(async () => {
      try {
        const { body } = await dashboard.client.get<T>(path);
        setRead({ value: body, error: undefined });
      } catch (error) {
        const isGone = error instanceof Refused && error.problem.status === 404;
        const words = error instanceof Error ? error.message : String(error);
        setRead((before) => ({ value: isGone ? undefined : before.value, error: words }));
      }
    }, INTERVAL_MS);
    made.start();
    setPoller(made);
    return () => made.stop();
  }, [path]);
  useEffect(() => poller?.soon(), [known.organizationsAt, known.overview?.assignment?.version]);
  return read;
}
