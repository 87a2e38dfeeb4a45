import { expect, it } from 'vitest';
import { portKindsOf } from './options.ts';

const at = { host: 'h', port: 1 };

it('the port kinds in use are those that every server has', () => {
  expect(portKindsOf(3)).toEqual(['mqtt', 'websocket']);
  expect(portKindsOf([{ id: 'a', ports: { mqtt: at, websocket: at } }])).toEqual(['mqtt', 'websocket']);
  expect(
    portKindsOf([
      { id: 'a', ports: { mqtt: at, websocket: at } },
      { id: 'b', ports: { websocket: at } },
    ]),
  ).toEqual(['websocket']);
  expect(
    portKindsOf([
      { id: 'a', ports: { mqtt: at } },
      { id: 'b', ports: { websocket: at } },
    ]),
  ).toEqual([]);
});
