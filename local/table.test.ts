import { expect, it } from 'vitest';
import type { Status } from './status.ts';
import { statusLine, statusTable } from './table.ts';

const STATUS: Status = {
  devices: 200,
  connected: 199,
  organizations: 20,
  splitOrganizations: 1,
  sameServerShare: 0.9999,
  servers: [
    { id: 'server-1', connections: 120, organizations: 8 },
    { id: 'server-2', connections: 79, organizations: 13 },
  ],
  worstOverMean: 1.206,
  leader: 'control-plane-2',
  assignment: '3.17',
  proxies: 2,
  appliedBy: 1,
};

it('draws a table', () => {
  expect(statusTable(STATUS).join('\n')).toBe(`
server    devices  organizations
────────────────────────────────
server-1      120              8
server-2       79             13

devices        199 of 200 connected, 20 organizations
split          1 organizations on more than one server
delivered      99.9% of the messages between devices of one organization
balance        the fullest server has 1.21 times the mean
leader         control-plane-2
assignment     3.17, applied by 1 of 2 proxies`);
});

it('says it in one line, also before there is anything to say', () => {
  expect(statusLine({ ...STATUS, sameServerShare: 1 })).toBe(
    '199 of 200 devices connected; server-1 120/8, server-2 79/13 (devices/organizations); 1 split; 100% delivered; ' +
      'leader control-plane-2; assignment 3.17, applied by 1 of 2 proxies',
  );
  expect(statusLine({ ...STATUS, leader: undefined, assignment: undefined })).toContain(
    'leader none; assignment none',
  );
});
