// The accepted assignment in shared data, which every VM of this vm_id in the proxy reads and writes: a fresh VM (after a
// trap, after new code) has nobody else to ask, and connections of an older VM learn from it what to follow.
//
// Two keys: the record (epoch, version and the message) and, so that a tick need not copy the record to see that nothing
// is new, the version alone. The record counts; the version follows it and is set right again by whoever finds it behind.
import { getShared, hostData, hostSize, setShared, sharedCas } from '../sdk/host';
import { storeAscii } from '../sdk/bytes';
import {
  appliedEpoch,
  appliedRecord,
  appliedRecordSize,
  appliedVersion,
  applyCandidate,
  hasAssignment,
  isNewer,
  parseAssignment,
  RECORD_HEADER,
} from './assignment';
import { countAsObeyed } from './order-index';

const KEY_VERSION: usize = memory.data(32);
const keyVersionSize: u32 = storeAscii(KEY_VERSION, 'cohort.assignment.version');
const KEY_RECORD: usize = memory.data(32);
const keyRecordSize: u32 = storeAscii(KEY_RECORD, 'cohort.assignment');

/** Others can win the compare-and-swap only by writing something newer; this many at once there are not. */
const TRIES: i32 = 16;

/** Is what `hostData` begins with newer than the assignment in force, older, or the same: 1, -1, 0. */
function compareFound(): i32 {
  const epoch = load<u64>(hostData);
  const version = load<u64>(hostData, 8);
  if (!hasAssignment() || isNewer(epoch, version, appliedEpoch(), appliedVersion())) return 1;
  return isNewer(appliedEpoch(), appliedVersion(), epoch, version) ? -1 : 0;
}

function shareVersion(): bool {
  return setShared(KEY_VERSION, keyVersionSize, appliedRecord(), RECORD_HEADER, 0);
}

/** Shares the assignment in force unless a newer one stands there. False when the host refused. */
function share(): bool {
  for (let i = 0; i < TRIES; i++) {
    const known = getShared(KEY_RECORD, keyRecordSize) && hostSize >= RECORD_HEADER;
    const order = known ? compareFound() : -1;
    if (order > 0) return true;
    if (order == 0) return shareVersion();
    const written = setShared(KEY_RECORD, keyRecordSize, appliedRecord(), appliedRecordSize(), sharedCas);
    if (written) return shareVersion();
  }
  return false;
}

/** Takes over the shared record where it is newer than the assignment in force; true when it did. */
function loadShared(): bool {
  if (!getShared(KEY_RECORD, keyRecordSize) || hostSize < RECORD_HEADER) return false;
  if (compareFound() <= 0) return false;
  const isFirst = !hasAssignment();
  const applied = parseAssignment(hostData + RECORD_HEADER, hostSize - RECORD_HEADER) && applyCandidate();
  if (applied && isFirst) countAsObeyed();
  return applied;
}

/** Brings this VM and shared data to the newer of their two assignments. True when this VM's changed. */
export function agree(): bool {
  const known = getShared(KEY_VERSION, keyVersionSize) && hostSize == RECORD_HEADER;
  const order = known ? compareFound() : hasAssignment() ? -1 : 0;
  if (order > 0) return loadShared();
  if (order < 0) share();
  return false;
}
