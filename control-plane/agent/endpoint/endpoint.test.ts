/** Against real HTTP servers. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { measure, type Measurement, type Meter } from '../meter.ts';
import { jsonMeter } from './json-meter.ts';
import { parsePointer } from './json-pointer.ts';
import { prometheusMeter } from './prometheus-meter.ts';
import { parseSelector } from './selector.ts';
import { unwrapRate } from './wanted.ts';

const servers = new Set<Server>();

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers.clear();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.add(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const answers =
  (body: string | Buffer, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(body);

/** @param wanted name → pointer, limit's pointer */
function json(url: string, wanted: Record<string, readonly [at: string, limit?: string]>): Meter {
  const pointer = (text: string): { text: string; path: string[] } => ({ text, path: parsePointer(text)! });
  const all = Object.entries(wanted).map(([name, [text, limit]]) => {
    const { inner, isRate } = unwrapRate(text);
    return { name, at: pointer(inner), isRate, ...(limit !== undefined && { limit: pointer(limit) }) };
  });
  return jsonMeter({ url, wanted: all, timeoutMs: 5_000 });
}

function prometheus(url: string, wanted: Record<string, string>, timeoutMs = 5_000): Meter {
  const all = Object.entries(wanted).map(([name, text]) => {
    const { inner, isRate } = unwrapRate(text);
    const at = parseSelector(inner);
    if (typeof at === 'string') throw new Error(at);
    return { name, at, isRate };
  });
  return prometheusMeter({ url, wanted: all, timeoutMs });
}

const codes = ({ problems }: Measurement): string[] =>
  problems.map(({ code, message }) => `${code} ${message}`);

describe('JSON', () => {
  it('gives numbers and their limits', async () => {
    const url = await serve(answers('{"clients":{"now":12,"most":100},"cores":0.5,"queues":[3,4]}'));
    const meter = json(url, {
      connections: ['/clients/now', '/clients/most'],
      cpu: ['/cores'],
      second: ['/queues/1'],
    });
    expect(await measure(meter)).toEqual({
      load: {
        connections: { used: 12, limit: 100 },
        cpu: { used: 0.5 },
        custom: { second: { used: 4 } },
      },
      problems: [],
    });
  });

  it('leaves out what is no number, and gives the others', async () => {
    const url = await serve(answers('{"text":"12","none":null,"minus":-1,"fine":3,"zero":0}'));
    const meter = json(url, {
      a: ['/text'],
      b: ['/none'],
      c: ['/minus'],
      d: ['/nothing'],
      e: ['/fine', '/zero'],
      f: ['/fine'],
    });
    const measurement = await measure(meter);
    expect(measurement.load).toEqual({ custom: { f: { used: 3 } } });
    expect(codes(measurement)).toEqual([
      expect.stringMatching(/^COHORT_AGENT_VALUE a \(\/text of http.* of the type string/),
      expect.stringMatching(/^COHORT_AGENT_VALUE b .*of the type null/),
      expect.stringMatching(/^COHORT_AGENT_VALUE c .*is -1/),
      expect.stringMatching(/^COHORT_AGENT_VALUE .*has nothing at \/nothing/),
      expect.stringMatching(/^COHORT_AGENT_VALUE the limit of e .*is 0/),
    ]);
  });

  it.each([
    ['what is no JSON', answers('{"connections": 1'), 'is no JSON'],
    ['NaN, which JSON has not', answers('{"connections": NaN}'), 'is no JSON'],
    ['an error', answers('{"connections": 1}', 503), 'the status 503'],
    ['what is no UTF-8', answers(Buffer.from([0x22, 0xff, 0x22])), 'no UTF-8'],
  ])('gives nothing for %s', async (_, listener, why) => {
    const url = await serve(listener);
    const measurement = await measure(json(url, { connections: ['/connections'] }));
    expect(measurement.load).toEqual({});
    expect(codes(measurement)).toEqual([expect.stringContaining(`COHORT_AGENT_ENDPOINT ${url} `)]);
    expect(codes(measurement)[0]).toContain(why);
  });
});

describe('Prometheus', () => {
  it('gives sums of samples, and rates of what grows', async () => {
    let seconds = 7;
    const url = await serve((request, response) => {
      expect(request.headers.accept).toBe('text/plain;version=0.0.4');
      response.end(`c{l="tcp"} 10\nc{l="tls"} 20\nc{l="ws"} 40\nprocess_cpu_seconds_total ${seconds++}\n`);
    });
    const meter = prometheus(url, {
      connections: 'c{l=~"tcp|tls"}',
      cpu: 'rate(process_cpu_seconds_total)',
    });
    // A rate is not known at first: that is no trouble.
    expect(await measure(meter)).toEqual({ load: { connections: { used: 30 } }, problems: [] });
    const { load, problems } = await measure(meter);
    expect(problems).toEqual([]);
    expect(load.cpu?.used).toBeGreaterThan(0);
  });

  it('gives nothing for NaN, for negative and infinite numbers, and where no sample matches', async () => {
    const url = await serve(answers('a 1\na{x="1"} NaN\nb -5\nc +Inf\n'));
    const measurement = await measure(prometheus(url, { a: 'a', b: 'b', c: 'c', d: 'd', a1: 'a{x=""}' }));
    expect(measurement.load).toEqual({ custom: { a1: { used: 1 } } });
    expect(codes(measurement)).toEqual([
      expect.stringMatching(/^COHORT_AGENT_VALUE a .*is NaN/),
      expect.stringMatching(/^COHORT_AGENT_VALUE b .*is -5/),
      expect.stringMatching(/^COHORT_AGENT_VALUE c .*is Infinity/),
      expect.stringMatching(/^COHORT_AGENT_VALUE .*has no sample of d/),
    ]);
  });

  it('gives nothing of an answer that is malformed anywhere, or is cut off', async () => {
    for (const [body, why] of [
      ['connections 12\nb{ 1\n', 'line 2'],
      ['connections 12', 'cut off'],
    ] as const) {
      const measurement = await measure(
        prometheus(await serve(answers(body)), { connections: 'connections' }),
      );
      expect(measurement.load).toEqual({});
      expect(codes(measurement)).toEqual([expect.stringMatching(/^COHORT_AGENT_ENDPOINT /)]);
      expect(codes(measurement)[0]).toContain(why);
    }
  });
});

describe('an endpoint that is not there', () => {
  it('is refused, or does not answer in time', async () => {
    const url = await serve(() => undefined);
    const late = await measure(prometheus(url, { a: 'a' }, 100));
    expect(codes(late)).toEqual([expect.stringContaining(`${url} does not answer within 100 ms`)]);
    const [server] = servers;
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
    servers.clear();
    const gone = await measure(json(url, { a: ['/a'] }));
    expect(codes(gone)).toEqual([
      expect.stringMatching(/^COHORT_AGENT_ENDPOINT http.* does not answer: .*ECONNREFUSED/),
    ]);
    expect([late.load, gone.load]).toEqual([{}, {}]);
  });

  it('is cut off when it answers without end', async () => {
    const url = await serve((_request, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 20, 0x20))) continue;
      };
      response.on('drain', write).on('error', () => undefined);
      write();
    });
    const measurement = await measure(json(url, { a: ['/a'] }));
    expect(codes(measurement)).toEqual([
      expect.stringMatching(/^COHORT_AGENT_ENDPOINT .* more than \d+ bytes/),
    ]);
  });
});
