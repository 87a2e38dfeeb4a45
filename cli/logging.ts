/** Logs go to standard error as JSON lines; standard output is for what a command has to say. */
import { Option } from 'commander';
import { destination, pino, type Logger } from 'pino';

export const logLevelOption = (): Option =>
  new Option('--log-level <level>', 'of the log on standard error')
    .choices(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info');

export function logger(name: string, level: string): Logger {
  return pino({ name, level }, destination({ dest: 2, sync: true }));
}
