// The place of a protocol of one's own: `npm run build:filters -- --protocol mine.ts` puts it here (`docs/protocols-in-code.md`).
// This is what stands here otherwise; no listener's settings that ask for it are accepted.
import { Protocol } from './protocol';

export const hasCustom: bool = false;
export const custom: Protocol = changetype<Protocol>(memory.data(offsetof<Protocol>()));
