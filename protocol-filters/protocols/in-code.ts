// What a protocol of one's own may use: its file imports all of it from 'cohort/protocol' (`docs/protocol-in-code.md`).
export { byteAt, bytesAt, uint16At } from '../sdk/reader';
export { putByte, putBytes, putDecimal, putText, putUint16 } from '../sdk/writer';
export { firstMessage, FOUND, needMore, refuse } from '../filter/identity';
export { NOT_PROTOCOL, ORGANIZATION_MISSING, reasonOfRedirect, TOO_LARGE } from '../filter/reasons';
export { Listener, Source } from '../filter/settings';
export { says, SILENT } from '../filter/sources/said';
export { CERTAIN, CUT_OFF, FOLLOW, NO_MESSAGE, VERIFY } from './protocol';
export { FROM_DEVICE, FROM_SERVER, Session } from './session';
