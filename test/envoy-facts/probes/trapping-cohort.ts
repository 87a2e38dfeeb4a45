// The product's filter with a lever: bytes of a device that hold the word `pull-the-trap` trap the VM.
export * from '../../../protocol-filters/filter/index';
import { BUFFER_DOWNSTREAM } from '../../../protocol-filters/sdk/constants';
import { storeAscii } from '../../../protocol-filters/sdk/bytes';
import { on } from '../../../protocol-filters/sdk/contexts';
import { getBuffer, hostData, hostSize } from '../../../protocol-filters/sdk/host';
import { contains } from './lib/find';

const WORD: usize = memory.data(16);
const wordSize: u32 = storeAscii(WORD, 'pull-the-trap');

const product = on.downstreamData;

function downstreamData(stream: usize, size: u32, end: bool): i32 {
  if (getBuffer(BUFFER_DOWNSTREAM, 0, size) && contains(hostData, hostSize, WORD, wordSize)) unreachable();
  return product(stream, size, end);
}

on.downstreamData = downstreamData;
