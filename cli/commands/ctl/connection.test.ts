import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectionOf } from './connection.ts';
import { CtlFailure } from './failure.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ctl-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

const hosts = async (...given: Parameters<typeof connectionOf>): Promise<string[]> =>
  (await connectionOf(...given)).servers.map(({ href }) => href);

it('options come before the environment, that before the file', async () => {
  mkdirSync(join(directory, 'cohort'));
  file('cohort/ctl.yaml', `server: https://of-the-file:1\ntoken: of-the-file\n`);
  const env = { XDG_CONFIG_HOME: directory };
  expect(await hosts({}, env)).toEqual(['https://of-the-file:1/']);
  expect(await hosts({}, { ...env, COHORT_CTL_SERVER: 'env:2,http://env:3' })).toEqual([
    'http://env:2/',
    'http://env:3/',
  ]);
  expect(await hosts({ server: 'option:4' }, { ...env, COHORT_CTL_SERVER: 'env:2' })).toEqual([
    'http://option:4/',
  ]);
  expect((await connectionOf({}, env)).token).toBe('of-the-file');
  expect((await connectionOf({}, { ...env, COHORT_ADMIN_TOKEN: 'of-the-env' })).token).toBe('of-the-env');
  const tokenFile = file('token', 'of-its-file\n');
  expect((await connectionOf({ tokenFile }, { ...env, COHORT_ADMIN_TOKEN: 'of-the-env' })).token).toBe(
    'of-its-file',
  );
});

it('has a default without any of them, and empty variables are none', async () => {
  expect(await hosts({}, { XDG_CONFIG_HOME: directory, COHORT_CTL_SERVER: '', COHORT_CTL_CA: '' })).toEqual([
    'http://127.0.0.1:18001/',
  ]);
});

it.each([
  ['a URL', { server: 'ftp://x' }, 'is no URL'],
  ['a file that is named and not there', { config: '/nowhere/ctl.yaml' }, '/nowhere/ctl.yaml cannot be read'],
  ['an authority that is not there', { ca: '/nowhere/ca.pem' }, 'the authority'],
])('says what is wrong with %s', async (_what, options, words) => {
  const error: unknown = await connectionOf(options, { XDG_CONFIG_HOME: directory }).catch(
    (one: unknown) => one,
  );
  expect(error).toBeInstanceOf(CtlFailure);
  expect((error as CtlFailure).exit).toBe('USAGE');
  expect((error as CtlFailure).problem.detail).toContain(words);
});

it('says what is wrong with the file', async () => {
  const config = file('ctl.yaml', 'sever: x\n');
  await expect(connectionOf({ config }, {})).rejects.toThrow(/Unrecognized key: "sever"/);
});
