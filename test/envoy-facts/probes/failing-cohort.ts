// The product's filter with a lever: bytes of a device that hold the word `mark-this-worker` mark the VM, and a marked VM
// refuses any plugin configuration that holds the words `not-on-a-marked-worker`.
export * from '../../../protocol-filters/filter/index';
import { BUFFER_DOWNSTREAM, BUFFER_PLUGIN_CONFIGURATION } from '../../../protocol-filters/sdk/constants';
import { storeAscii } from '../../../protocol-filters/sdk/bytes';
import { on } from '../../../protocol-filters/sdk/contexts';
import { getBuffer, hostData, hostSize } from '../../../protocol-filters/sdk/host';
import { contains } from './lib/find';

const MARK: usize = memory.data(32);
const markSize: u32 = storeAscii(MARK, 'mark-this-worker');
const REFUSED: usize = memory.data(32);
const refusedSize: u32 = storeAscii(REFUSED, 'not-on-a-marked-worker');

const productData = on.downstreamData;
const productConfigure = on.configure;
let marked = false;

function downstreamData(stream: usize, size: u32, end: bool): i32 {
  if (getBuffer(BUFFER_DOWNSTREAM, 0, size) && contains(hostData, hostSize, MARK, markSize)) marked = true;
  return productData(stream, size, end);
}

function configure(root: usize, size: u32): bool {
  if (marked && getBuffer(BUFFER_PLUGIN_CONFIGURATION, 0, size)) {
    if (contains(hostData, hostSize, REFUSED, refusedSize)) return false;
  }
  return productConfigure(root, size);
}

on.downstreamData = downstreamData;
on.configure = configure;
