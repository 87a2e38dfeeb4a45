import { describe, expect, it } from 'vitest';
import { envoyAnswer, etcdAnswer } from './setup-fakes.ts';
import {
  formatVersion,
  parseEnvoyVersion,
  parseEtcdVersion,
  parseVersion,
  refuseEnvoy,
  refuseEtcd,
  refuseNode,
} from './setup/versions.mjs';

describe('parsing', () => {
  it.each([
    ['1.40.0', { major: 1, minor: 40, patch: 0, pre: '' }],
    ['v3.6.0-rc.1', { major: 3, minor: 6, patch: 0, pre: 'rc.1' }],
    ['3.4.23+dfsg', { major: 3, minor: 4, patch: 23, pre: '' }],
    ['1.40', null],
    ['1.40.0.1', null],
    ['', null],
    ['one', null],
    [' 1.40.0', null],
  ])('%j', (text, version) => {
    expect(parseVersion(text)).toEqual(version);
  });

  it('writes what it reads', () => {
    for (const text of ['1.40.0', '3.6.0-rc.1']) expect(formatVersion(parseVersion(text)!)).toBe(text);
  });

  it.each([
    [`\n/usr/bin/${envoyAnswer('1.40.0')}\n\n`, '1.40.0'],
    ['envoy  version: abc/1.41.0-dev/Modified/DEBUG/BoringSSL', '1.41.0-dev'],
    ['envoy 1.40.0', null],
    [etcdAnswer('3.6.16'), null],
    ['', null],
  ])('Envoy: %j', (output, version) => {
    const parsed = parseEnvoyVersion(output);
    expect(parsed && formatVersion(parsed)).toBe(version);
  });

  it.each([
    [etcdAnswer('3.6.16'), '3.6.16'],
    [`{"level":"warn"}\n${etcdAnswer('3.4.23')}`, '3.4.23'],
    ['etcdctl version: 3.6.16', null],
    [envoyAnswer('1.40.0'), null],
    ['', null],
  ])('etcd: %j', (output, version) => {
    const parsed = parseEtcdVersion(output);
    expect(parsed && formatVersion(parsed)).toBe(version);
  });
});

describe('what is accepted', () => {
  it.each([
    ['1.40.0', true],
    ['1.40.7', true],
    ['1.40.0-dev', false],
    ['1.39.9', false],
    ['1.41.0', false],
    ['2.40.0', false],
  ])('Envoy %s: %s', (version, accepted) => {
    expect(refuseEnvoy(parseVersion(version)!) === null).toBe(accepted);
  });

  it.each([
    ['3.3.27', false],
    ['3.4.0', true],
    ['3.4.23', true],
    ['3.5.0', false],
    ['3.5.1', false],
    ['3.5.2', false],
    ['3.5.3', true],
    ['3.6.0-rc.1', false],
    ['3.6.16', true],
    ['3.7.0', true],
    ['2.3.8', false],
    ['4.0.0', false],
  ])('etcd %s: %s', (version, accepted) => {
    expect(refuseEtcd(parseVersion(version)!) === null).toBe(accepted);
  });

  it.each([
    ['18.20.8', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['22.0.0', true],
    ['nonsense', false],
  ])('Node.js %s: %s', (version, accepted) => {
    const refused = refuseNode(version);
    expect(refused === null).toBe(accepted);
    if (refused !== null) expect(refused).toContain(`20.19 or later is needed; this is ${version}`);
  });
});
