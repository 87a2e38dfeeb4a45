import { status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { controlPlaneCheck, nodeCheck } from './admission.ts';
import { peerOf } from './caller.ts';

/** As grpc-js behaves once the TLS socket of the call has been closed. */
const gone = {
  getAuthContext: () => {
    throw new TypeError("Cannot read properties of null (reading 'raw')");
  },
  getPeer: () => {
    throw Object.assign(new Error('The socket has been disconnected from the Http2Session'), {
      code: 'ERR_HTTP2_SOCKET_UNBOUND',
    });
  },
};

it('whose connection is gone is refused, and no error of the caller', () => {
  expect(nodeCheck(true)(gone, 'proxy-1')).toMatchObject({ code: status.UNAVAILABLE });
  expect(controlPlaneCheck(true)(gone)).toMatchObject({ code: status.UNAVAILABLE });
  expect(peerOf(gone)).toBe('unknown');
  expect(peerOf({ getPeer: () => '10.0.0.1:5' })).toBe('10.0.0.1:5');
});
