// Who a device is: its protocol reads the first message, and the listener's sources are asked (`sources/choose.ts`).
import { openBuffer, readAnew } from '../sdk/reader';
import { protocolOf } from '../protocols/index';
import { Session } from '../protocols/session';
import { FOUND } from './identity';
import { fits, Listener, Source, spokenBy } from './settings';
import { chooseOrganization } from './sources/choose';
import { SILENT } from './sources/said';

/** Whose first message was read. */
let asked: Listener = changetype<Listener>(0);

function fieldOf(source: Source): u32 {
  if (!fits(spokenBy(asked), source.field)) return SILENT;
  // Identities may have been asked for since the last read.
  readAnew();
  return protocolOf(asked).field(asked, source);
}

/** Looks at the first `size` bytes of what the reader has: NEED_MORE, FOUND or REFUSE (`identity`). */
export function identifyOpened(listener: Listener, session: Session, size: u32): u32 {
  const answer = protocolOf(listener).read(listener, session, size);
  if (answer != FOUND) return answer;
  asked = listener;
  return chooseOrganization(listener, fieldOf);
}

/** The same of a buffer of the host's. */
export function identify(listener: Listener, session: Session, bufferType: i32, size: u32): u32 {
  openBuffer(bufferType, size);
  return identifyOpened(listener, session, size);
}
