/** A real Prometheus that scrapes a running system by the configuration in `deploy/prometheus`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { getJson, isOk } from '../../local/http.ts';
import type { Part } from '../../local/topology.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import { freePort, tmpDir, type TmpDir } from '../harness/machine.ts';
import { Fatal, waitFor } from '../harness/wait.ts';
import { killWhenOrphaned } from '../harness/watchdog.ts';

export const DEPLOY = join(ROOT, 'deploy');

/** The part of the configuration that differs from place to place. */
interface Configuration {
  global: { scrape_interval: string; evaluation_interval: string };
  scrape_configs: {
    job_name: string;
    authorization?: object;
    static_configs: { targets: string[] }[];
  }[];
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export class Prometheus {
  private readonly said: string[] = [];
  private exited = false;

  private constructor(
    private readonly url: string,
    private readonly child: ChildProcess,
    private readonly directory: TmpDir,
  ) {
    const release = killWhenOrphaned(child.pid ?? 0);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.said.push(text));
    child.on('error', (error) => this.said.push(String(error)));
    child.on('close', () => {
      release();
      this.exited = true;
    });
  }

  /** @param binary path of `prometheus` */
  static async start(
    binary: string,
    targets: Readonly<Record<string, readonly Part[]>>,
  ): Promise<Prometheus> {
    const directory = tmpDir('prometheus');
    const config = parse(readFileSync(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8')) as Configuration;
    // What is relabelled, and the rules, stay as they are.
    config.global = { scrape_interval: '1s', evaluation_interval: '1s' };
    for (const job of config.scrape_configs) {
      const parts = targets[job.job_name];
      if (parts === undefined) throw new Error(`nobody says what ${job.job_name} scrapes`);
      job.static_configs = [{ targets: parts.map(({ addresses }) => new URL(addresses.admin ?? '').host) }];
      delete job.authorization;
    }
    const file = join(directory.path, 'prometheus.yml');
    writeFileSync(file, stringify(config));
    copyFileSync(join(DEPLOY, 'prometheus/alerts.yml'), join(directory.path, 'alerts.yml'));
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory.path, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const started = new Prometheus(url, child, directory);
    await waitFor(
      () => {
        if (started.exited) throw new Fatal(`prometheus ended:\n${started.said.join('')}`);
        return isOk(`${url}/-/ready`);
      },
      {
        what: 'Prometheus to be ready',
        timeout: 60_000,
        interval: 100,
        describe: () => started.said.slice(-5),
      },
    );
    return started;
  }

  /** What an expression gives now. @throws Error with Prometheus' words */
  async query(expression: string): Promise<readonly Series[]> {
    const { data } = await getJson<{ data: { resultType: string; result: Series[] } }>(
      `${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`,
    );
    if (data.resultType !== 'vector') throw new Error(`${expression} is a ${data.resultType}`);
    return data.result;
  }

  /** Scraped without an error: the instances of a job. */
  async scraped(job: string): Promise<number> {
    return (await this.query(`up{job="${job}"} == 1`)).length;
  }

  /** Alerts that fire or are about to. */
  async alerts(): Promise<string[]> {
    const { data } = await getJson<{ data: { alerts: { labels: { alertname: string } }[] } }>(
      `${this.url}/api/v1/alerts`,
    );
    return data.alerts.map(({ labels }) => labels.alertname);
  }

  async stop(): Promise<void> {
    if (!this.exited) {
      this.child.kill('SIGKILL');
      await waitFor(() => this.exited, { what: 'Prometheus to end' });
    }
    this.directory.stop();
  }
}
