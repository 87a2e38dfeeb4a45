import { expect, it } from 'vitest';
import { SseParser } from './sse.ts';

const TEXT =
  'retry: 1000\nid: run.1\nevent: hello\ndata: {"a":1}\n\n: alive\n\nevent: move\ndata: one\ndata:two\r\n\r\nid: run.3\n\ndata: x\n\n';
const EVENTS = [
  { id: 'run.1', type: 'hello', data: '{"a":1}' },
  { id: 'run.1', type: 'move', data: 'one\ntwo' },
  { id: 'run.3', type: 'message', data: 'x' },
];

it('takes a stream apart, in whichever pieces it comes', () => {
  expect(new SseParser().push(TEXT)).toEqual(EVENTS);
  for (let size = 1; size < 12; size++) {
    const parser = new SseParser();
    const found = [];
    for (let at = 0; at < TEXT.length; at += size) found.push(...parser.push(TEXT.slice(at, at + size)));
    expect(found).toEqual(EVENTS);
  }
});

it('an event is one only when its empty line has come', () => {
  const parser = new SseParser();
  expect(parser.push('data: half\n')).toEqual([]);
  expect(parser.push('\n')).toMatchObject([{ data: 'half' }]);
});
