import { describe, expect, it } from 'vitest';
import { Identifier, loadIdentifierCode } from '../../../greeter/identifier.ts';
import { compileFilter } from '../../../protocol-filters/compile.ts';
import { BY_END, PROTOCOLS, SPEECHES } from './speech.ts';

describe.each(PROTOCOLS)('%s', (name) => {
  const speech = SPEECHES[name];
  const sizeOf = (bytes: Buffer, size: number): number => {
    if (size !== BY_END) return size;
    return bytes.indexOf(speech.lastByte, -1) + 1;
  };

  it.each([0, 3, 100, 125, 126, 127, 128, 16_383, 16_384, 65_535, 65_536, 1_000_000].map((n) => n + 3))(
    'tells the size and content of its own messages of %i bytes',
    (content) => {
      const message = speech.message(content);
      expect(sizeOf(message, speech.messageSize(message))).toBe(message.length);
      expect(speech.contentOf(message.length)).toBe(content);
      const echo = speech.echo(content);
      expect(sizeOf(echo, speech.messageSize(echo))).toBe(echo.length);
    },
  );

  it('begins with a message that is whole', () => {
    const first = speech.first('acme', 'device-1');
    expect(sizeOf(first, speech.firstSize(first))).toBe(first.length);
  });
});

it.each(['mqtt', 'json_rpc', 'json_rpc_headers', 'declared'] as const)(
  'the first message of %s names the organization',
  { timeout: 120_000 },
  async (name) => {
    const { listener, first } = SPEECHES[name];
    await compileFilter('protocol-filters/greeter/index.ts', 'build/filters/greeter.wasm');
    const protocol = new Identifier(await loadIdentifierCode(), { name: 'bench', cluster: 'c', ...listener });
    const said = protocol.identify(first('acme', 'device-1'));
    expect(said).toEqual({ answer: 'found', organization: 'acme' });
  },
);
