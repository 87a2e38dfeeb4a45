// Which of a listener's sources names the organization: the first that answers. Where one of them is an identity, all that
// answer must name the same, in whatever order they stand.
import { equal } from '../../sdk/bytes';
import { hasOrganizations, isKnown } from '../admission';
import { FOUND, found, identity, LONGEST_ORGANIZATION, refuse } from '../identity';
import { FIELD_DEFAULT, isIdentity, Listener, Source, sourceOf } from '../settings';
import { NO_ASSIGNMENT, ORGANIZATION_MISMATCH, ORGANIZATION_MISSING, ORGANIZATION_UNKNOWN } from '../reasons';
import { identitySays } from './identities';
import { said, SAYS, SILENT } from './said';

/** An organization that outlasts the next host call. */
const KEPT: usize = memory.data(256);

/** Asks one source: of a field of the device's own, the protocol. */
function ask(source: Source, fieldOf: (source: Source) => u32): u32 {
  if (isIdentity(source.field)) return identitySays(source);
  if (source.field != FIELD_DEFAULT) return fieldOf(source);
  said.data = source.name;
  said.size = source.nameSize;
  return SAYS;
}

/** The organization of the first identity that answers, with which all others agree; SILENT where none answers. */
function chooseIdentity(listener: Listener): u32 {
  let has = false;
  for (let i: u32 = 0; i < listener.sourceCount; i++) {
    const source = sourceOf(listener, i);
    if (!isIdentity(source.field) || identitySays(source) == SILENT) continue;
    if (has) {
      if (!equal(said.data, said.size, KEPT, identity.size)) return refuse(ORGANIZATION_MISMATCH);
      continue;
    }
    const answer = found(said.data, said.size);
    if (answer != FOUND) return answer;
    memory.copy(KEPT, said.data, min<u32>(said.size, LONGEST_ORGANIZATION));
    identity.organization = KEPT;
    has = true;
  }
  return has ? FOUND : SILENT;
}

/** Does what the device itself says agree with the identity? An empty field names no other organization. */
function check(listener: Listener, fieldOf: (source: Source) => u32): u32 {
  for (let i: u32 = 0; i < listener.sourceCount; i++) {
    const source = sourceOf(listener, i);
    if (isIdentity(source.field) || source.field == FIELD_DEFAULT) continue;
    const answer = fieldOf(source);
    if (answer == SILENT || (answer == SAYS && said.size == 0)) continue;
    if (answer != SAYS) return answer;
    if (!equal(said.data, said.size, KEPT, identity.size)) return refuse(ORGANIZATION_MISMATCH);
  }
  return FOUND;
}

/**
 * Goes through the sources. `fieldOf` answers for the fields of the protocol: SAYS, SILENT or a refusal.
 * @returns FOUND or REFUSE, as every protocol's `identify`
 */
export function chooseOrganization(listener: Listener, fieldOf: (source: Source) => u32): u32 {
  const answer = choose(listener, fieldOf);
  if (answer != FOUND || !listener.knownOnly) return answer;
  if (!hasOrganizations()) return refuse(NO_ASSIGNMENT);
  return isKnown(identity.organization, identity.size) ? FOUND : refuse(ORGANIZATION_UNKNOWN);
}

function choose(listener: Listener, fieldOf: (source: Source) => u32): u32 {
  if (listener.checked) {
    const answer = chooseIdentity(listener);
    if (answer != SILENT) return answer == FOUND ? check(listener, fieldOf) : answer;
  }
  for (let i: u32 = 0; i < listener.sourceCount; i++) {
    const source = sourceOf(listener, i);
    if (source.checkOnly) continue;
    const answer = ask(source, fieldOf);
    if (answer == SAYS) return found(said.data, said.size);
    if (answer != SILENT) return answer;
  }
  return refuse(ORGANIZATION_MISSING);
}

function saysNothing(source: Source): u32 {
  return SILENT;
}

/** The same without a byte of the device, for a protocol in which the server speaks first. */
export function chooseWithoutData(listener: Listener): u32 {
  return chooseOrganization(listener, saysNothing);
}
