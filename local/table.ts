/** The status as text. Pure. */
import type { Status } from './status.ts';

/** A table that stands on the terminal and is drawn again. */
export function statusTable(status: Status): string[] {
  const { servers, devices, connected, organizations, splitOrganizations, sameServerShare } = status;
  const rows = [
    ['server', 'devices', 'organizations'],
    ...servers.map(({ id, connections, organizations: count }) => [id, String(connections), String(count)]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  const [head = '', ...body] = lines;
  return [
    '',
    head,
    '─'.repeat(head.length),
    ...body,
    '',
    `devices        ${connected} of ${devices} connected, ${organizations} organizations`,
    `split          ${splitOrganizations} organizations on more than one server`,
    `delivered      ${percent(sameServerShare)} of the messages between devices of one organization`,
    `balance        the fullest server has ${status.worstOverMean.toFixed(2)} times the mean`,
    `leader         ${status.leader ?? 'none'}`,
    `assignment     ${assignmentLine(status)}`,
  ];
}

/** The status in one line. */
export function statusLine(status: Status): string {
  const { connected, devices, servers, splitOrganizations, sameServerShare } = status;
  const seats = servers.map(({ id, connections, organizations }) => `${id} ${connections}/${organizations}`);
  return (
    `${connected} of ${devices} devices connected; ${seats.join(', ')} (devices/organizations); ` +
    `${splitOrganizations} split; ${percent(sameServerShare)} delivered; leader ${status.leader ?? 'none'}; ` +
    `assignment ${assignmentLine(status)}`
  );
}

function assignmentLine({ assignment, appliedBy, proxies }: Status): string {
  return assignment === undefined ? 'none' : `${assignment}, applied by ${appliedBy} of ${proxies} proxies`;
}

/** 99.99% is not 100%: rounded down. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(share === 1 ? 0 : 1)}%`;
}
