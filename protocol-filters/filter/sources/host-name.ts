// Names of hosts, which are compared without regard to case (RFC 4343): they name organizations in lower case.
import { getHeader, hostData, hostSize } from '../../sdk/host';
import { HEADERS_REQUEST } from '../../sdk/constants';
import { indexOf, lowerCase, storeAscii } from '../../sdk/bytes';
import { Source } from '../settings';
import { saysPart, SILENT } from './said';

const NAME_AUTHORITY: usize = memory.data(16);
const sizeAuthority: u32 = storeAscii(NAME_AUTHORITY, ':authority');

const COLON: u8 = 58;
const BRACKET: u8 = 91;
const DOT: u8 = 46;

/** The part of a name that the source means. The name is changed in place. */
export function saysName(source: Source, data: usize, size: u32): u32 {
  if (size > 0 && load<u8>(data + size - 1) == DOT) size--;
  if (size == 0) return SILENT;
  lowerCase(data, size);
  return saysPart(source, data, size);
}

/** The host that the request names (RFC 9110, 7.2), without its port. */
export function hostSays(source: Source): u32 {
  if (!getHeader(HEADERS_REQUEST, NAME_AUTHORITY, sizeAuthority) || hostSize == 0) return SILENT;
  // An IPv6 address has no subdomain.
  if (load<u8>(hostData) == BRACKET) return SILENT;
  return saysName(source, hostData, indexOf(hostData, hostSize, COLON));
}
