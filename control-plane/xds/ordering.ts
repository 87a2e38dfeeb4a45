import { ASSIGNMENT, ORGANIZATIONS } from '../resources/names.ts';
import { TYPE_URLS } from './resource-types.ts';

/** When the resources of one type may be sent. */
export interface TypeRule {
  readonly type: string;
  /** A first request without names asks for all there are (the old way to say `*`). */
  readonly legacyWildcard?: true;
  /** New and changed ones are held until what was sent of these types is acknowledged: what they refer to. */
  readonly after: readonly string[];
  /** Removals are held until all of these types is sent and acknowledged: what refers to them. */
  readonly removedAfter: readonly string[];
  /** Within the type, these names come first: the others wait until they are acknowledged. */
  readonly first?: readonly string[];
  /** When one of that type is sent, the one of this type with its name is sent again. */
  readonly againWith?: string;
}

const { CDS, EDS, SDS, LDS, RDS, ECDS } = TYPE_URLS;

/**
 * WARNING: the order of this list, and what each entry waits for, keep devices connected (make before break). A listener
 * or plugin that names a cluster before it is there refuses connections; a cluster that goes while something still names
 * it refuses them, too. `ordering.test.ts` holds the list; think before you change both.
 *
 * - EDS must never wait for CDS: Envoy acknowledges a new cluster only once it has the endpoints.
 * - A changed cluster is a new one to Envoy, which waits for endpoints again and does not always ask for them (Envoy
 *   issues 13009 and 33607): so they are sent again with it.
 * - New code of the filters must reach the assignment plugin first, or the listeners' workers would start a VM that has no
 *   table. The list of organizations that exist comes before what refuses all others, likewise.
 * - Nothing may wait in a circle: `after` leads from the top of the list down, `removedAfter` from the bottom up.
 */
export const ORDER: readonly TypeRule[] = [
  { type: CDS, legacyWildcard: true, after: [], removedAfter: [LDS, RDS, ECDS] },
  { type: EDS, after: [], removedAfter: [CDS], againWith: CDS },
  { type: SDS, after: [], removedAfter: [CDS, LDS] },
  { type: LDS, legacyWildcard: true, after: [CDS, EDS, SDS], removedAfter: [] },
  { type: RDS, after: [CDS, EDS], removedAfter: [LDS] },
  { type: ECDS, after: [CDS, EDS], removedAfter: [LDS], first: [ASSIGNMENT, ORGANIZATIONS] },
];

const BY_TYPE = new Map(ORDER.map((rule) => [rule.type, rule]));

/** The rule of a type; one that the list does not have waits for nothing. */
export function ruleOf(type: string): TypeRule {
  return BY_TYPE.get(type) ?? { type, after: [], removedAfter: [] };
}
