// Which VM of which proxy this is, for reports: the proxy's node id, and a number that no other VM of the proxy has.
import { getProperty, getShared, hostData, hostSize, setShared, sharedCas, systemTime } from '../sdk/host';
import { storeAscii } from '../sdk/bytes';

const LONGEST_NODE: u32 = 256;
const TRIES: i32 = 64;

const NODE: usize = memory.data(256);
export let nodeSize: u32 = 0;
export let vmStart: u64 = 0;
export let vmNumber: u32 = 0;

const PATH: usize = memory.data(16);
const pathSize: u32 =
  storeAscii(PATH, 'xds') + 1 + storeAscii(PATH + 4, 'node') + 1 + storeAscii(PATH + 9, 'id');
const KEY: usize = memory.data(16);
const keySize: u32 = storeAscii(KEY, 'cohort.vms');
const COUNT: usize = memory.data(8);

export function nodeId(): usize {
  return NODE;
}

/** Takes the next number; several VMs start at once, and the compare-and-swap gives each another one. */
function takeNumber(): u32 {
  for (let i = 0; i < TRIES; i++) {
    const known = getShared(KEY, keySize) && hostSize == 4;
    const number = known ? load<u32>(hostData) + 1 : 1;
    store<u32>(COUNT, number);
    if (setShared(KEY, keySize, COUNT, 4, known ? sharedCas : 0)) return number;
  }
  return 0;
}

/** Finds out once; does nothing when it is known. */
export function identifyVm(): void {
  if (vmNumber != 0) return;
  vmNumber = takeNumber();
  vmStart = systemTime();
  if (!getProperty(PATH, pathSize)) return;
  nodeSize = hostSize < LONGEST_NODE ? hostSize : LONGEST_NODE;
  memory.copy(NODE, hostData, nodeSize);
}
