// What others vouch for: the device's certificate, the server name that it asked for, its token, and the load balancer in
// front. Envoy has verified each before the filter can read it ("Attributes" in its documentation).
import { getProperty, hostData, hostSize } from '../../sdk/host';
import { base64Decode, percentDecode, storeAscii } from '../../sdk/bytes';
import {
  FIELD_CERTIFICATE_DNS,
  FIELD_CERTIFICATE_SUBJECT,
  FIELD_CERTIFICATE_URI,
  FIELD_JWT_CLAIM,
  FIELD_PROXY_TLV,
  FIELD_SERVER_NAME,
  Source,
} from '../settings';
import { saysName } from './host-name';
import { said, SAYS, says, saysPart, SILENT } from './said';
import { attribute, findAttribute } from './subject';

/** Room for the longest start and a source's name. */
const PATH: usize = memory.data(512);

/** Asks for a property whose path is `start` and the source's name; '|' stands for the end of a segment. */
function ask(start: string, source: Source): bool {
  const size = storeAscii(PATH, start);
  for (let i: u32 = 0; i < size; i++) {
    if (load<u8>(PATH + i) == 124) store<u8>(PATH + i, 0);
  }
  memory.copy(PATH + size, source.name, source.nameSize);
  return getProperty(PATH, size + source.nameSize) && hostSize > 0;
}

/** As `ask`, for a property that no name is part of. */
function askPlain(path: string): bool {
  const size = storeAscii(PATH, path);
  store<u8>(PATH + 10, 0); // behind 'connection'
  return getProperty(PATH, size) && hostSize > 0;
}

/** What an identity says; to be asked in a callback of the connection, after its TLS handshake. */
export function identitySays(source: Source): u32 {
  const field = source.field;
  if (field == FIELD_SERVER_NAME) {
    return askPlain('connection|requested_server_name') ? saysName(source, hostData, hostSize) : SILENT;
  }
  if (field == FIELD_CERTIFICATE_SUBJECT) {
    if (!askPlain('connection|subject_peer_certificate')) return SILENT;
    if (!findAttribute(hostData, hostSize, source.name, source.nameSize)) return SILENT;
    return saysPart(source, attribute.data, attribute.size);
  }
  if (field == FIELD_CERTIFICATE_URI) {
    if (!askPlain('connection|uri_san_peer_certificate')) return SILENT;
    if (saysPart(source, hostData, hostSize) == SILENT) return SILENT;
    // Decoded after it was parted: an encoded separator is none.
    said.size = percentDecode(said.data, said.size);
    return SAYS;
  }
  if (field == FIELD_CERTIFICATE_DNS) {
    return askPlain('connection|dns_san_peer_certificate') ? saysName(source, hostData, hostSize) : SILENT;
  }
  if (field == FIELD_JWT_CLAIM) {
    if (!ask('metadata|filter_metadata|envoy.filters.http.jwt_authn|cohort|', source)) return SILENT;
    // `true` comes as the byte 1 and `false` as 0: neither is a text.
    if (hostSize == 1 && load<u8>(hostData) == 1) store<u8>(hostData, 0);
    return saysPart(source, hostData, hostSize);
  }
  if (field == FIELD_PROXY_TLV) {
    if (!ask('filter_state|envoy.network.proxy_protocol.tlv|', source)) return SILENT;
    return saysPart(source, hostData, base64Decode(hostData, hostSize));
  }
  return SILENT;
}
