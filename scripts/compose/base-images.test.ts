import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { ETCD_BUILD_VERSION } from '../setup/products.mjs';
import { ENVOY_WHEELS } from '../setup/wheels.mjs';
import { imagesOf } from './base-images.mjs';
import { NODE_WHEELS } from './node-wheel.mjs';

test('the images that can be made are of the versions that the Dockerfile names', async () => {
  const images = imagesOf(await readFile(new URL('../../Dockerfile', import.meta.url), 'utf8'));
  expect(images).toEqual({
    NODE_IMAGE: `docker.io/library/node:${NODE_WHEELS.version}-bookworm-slim`,
    // Debian 12 is bookworm, which is what debootstrap makes.
    DEBIAN_IMAGE: expect.stringMatching(/^docker\.io\/library\/debian:12\.\d+-slim$/) as string,
    ENVOY_IMAGE: `docker.io/envoyproxy/envoy:v${ENVOY_WHEELS.version}`,
    // Debian 12's.
    PROMETHEUS_IMAGE: 'docker.io/prom/prometheus:v2.42.0',
    ETCD_IMAGE: `quay.io/coreos/etcd:v${ETCD_BUILD_VERSION}`,
  });
});

test('arguments that are no images are left alone', () => {
  expect(imagesOf('ARG LEVEL=1\nARG A_IMAGE=x/a:1\nFROM ${A_IMAGE}\n')).toEqual({ A_IMAGE: 'x/a:1' });
});
