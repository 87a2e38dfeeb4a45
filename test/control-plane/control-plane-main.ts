/** The child's side of `process.ts`: one replica, told by its parent what to be. */
import { pino } from 'pino';
import { startControlPlane, type ControlPlaneOptions } from '../../control-plane/main.ts';

export type ChildOptions = Omit<ControlPlaneOptions, 'log'> & { readonly logLevel: string };

/** Child to parent. */
export type ChildMessage = { listens: { xds: number; admin: number } } | { failed: string };

const { logLevel, ...options } = JSON.parse(process.argv[2] ?? '{}') as ChildOptions;
const tell = (message: ChildMessage): void => void process.send?.(message);

try {
  const log = pino({ level: logLevel }, pino.destination({ dest: 2, sync: true }));
  const controlPlane = await startControlPlane({ ...options, log });
  tell({ listens: controlPlane.ports });
  process.once('SIGTERM', () => {
    void controlPlane.stop().then(() => process.disconnect?.());
  });
} catch (error) {
  tell({ failed: String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
