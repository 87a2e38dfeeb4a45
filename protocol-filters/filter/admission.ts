// The organizations that exist, for listeners that admit no others: a sorted list of hashes, with a seed that nobody who does
// not know the list can guess, so that no name can be made that is taken for one of them.
// Wire format: `wire/cohort.proto`, message Organizations.
//
// The list in force lies in shared data, too: a fresh VM (after a trap, after new code) takes it from there. Two keys, as for
// the assignment: the list, and its hash, so that a tick need not copy the list to see that nothing is new.
import { getShared, hostData, hostSize, setShared } from '../sdk/host';
import { storeAscii } from '../sdk/bytes';
import { allocate, release } from '../sdk/memory';
import { ProtoReader } from '../sdk/proto';
import { xxHash64, xxHash64Seeded } from '../sdk/xxhash64';

const KEY_LIST: usize = memory.data(32);
const keyListSize: u32 = storeAscii(KEY_LIST, 'cohort.organizations');
const KEY_HASH: usize = memory.data(32);
const keyHashSize: u32 = storeAscii(KEY_HASH, 'cohort.organizations.hash');

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
/** The hash of the list in force. */
const HASH: usize = memory.data(8);

let block: usize = 0;
let blockSize: u32 = 0;
let hashes: usize = 0;
let count: u32 = 0;
let seed: u64 = 0;

/** What is wrong with the list that `takeOrganizations` refused. */
export let organizationsError: string = '';

export function hasOrganizations(): bool {
  return block != 0;
}

/** Is this one of the organizations that exist? Makes no host call. */
export function isKnown(organization: usize, size: u32): bool {
  const hash = xxHash64Seeded(organization, size, seed);
  let low: u32 = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = load<u64>(hashes + ((<usize>middle) << 3));
    if (at == hash) return true;
    if (at < hash) low = middle + 1;
    else high = middle;
  }
  return false;
}

function fail(why: string): bool {
  organizationsError = why;
  return false;
}

/** Makes the list in the message the one in force. False, with `organizationsError`, when it is not valid. */
export function takeOrganizations(data: usize, size: u32): bool {
  let list: usize = 0;
  let listSize: u32 = 0;
  let listSeed: u64 = 0;
  reader.open(data, size);
  while (reader.next()) {
    if (reader.field == 1 && reader.isNumber) listSeed = reader.value;
    else if (reader.field == 2 && reader.isBytes) {
      list = reader.data;
      listSize = reader.size;
    }
  }
  if (!reader.valid) return fail('not an Organizations message');
  if ((listSize & 7) != 0) return fail('the hashes are not 8 bytes each');
  for (let at: u32 = 8; at < listSize; at += 8) {
    if (load<u64>(list + at) <= load<u64>(list + at - 8)) return fail('the hashes are not in their order');
  }
  // No empty block: 0 stands for no list at all.
  const room = size == 0 ? 1 : size;
  const fresh = allocate(room);
  if (fresh == 0) return fail('no memory');
  memory.copy(fresh, data, size);
  release(block, blockSize);
  block = fresh;
  blockSize = room;
  hashes = listSize == 0 ? fresh : fresh + (list - data);
  count = listSize >>> 3;
  seed = listSeed;
  store<u64>(HASH, xxHash64(fresh, size));
  return true;
}

/** Gives what has just arrived to the other VMs. One that hears of an older one later has it for a moment only. */
export function shareOrganizations(data: usize, size: u32): void {
  if (setShared(KEY_LIST, keyListSize, data, size, 0)) setShared(KEY_HASH, keyHashSize, HASH, 8, 0);
}

/** Takes over the shared list where it is another than the one in force. */
export function agreeOnOrganizations(): void {
  if (!getShared(KEY_HASH, keyHashSize) || hostSize != 8) return;
  if (block != 0 && load<u64>(hostData) == load<u64>(HASH)) return;
  if (getShared(KEY_LIST, keyListSize)) takeOrganizations(hostData, hostSize);
}
