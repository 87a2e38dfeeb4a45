// A plugin configuration arrives: an assignment, a device listener's settings, or the organizations that exist. Its bytes alone decide whether it is
// accepted (architecture: a configure that fails on one worker only leaves connections without the filter).
import { BUFFER_PLUGIN_CONFIGURATION, LOG_INFO, LOG_WARN } from '../sdk/constants';
import {
  defineMetric,
  getBuffer,
  hostData,
  hostSize,
  incrementMetric,
  logAlso,
  logNumber,
  logSend,
  logText,
} from '../sdk/host';
import { METRIC_COUNTER } from '../sdk/constants';
import { storeAscii } from '../sdk/bytes';
import { ProtoReader } from '../sdk/proto';
import { agreeOnOrganizations, organizationsError, shareOrganizations, takeOrganizations } from './admission';
import {
  appliedEpoch,
  appliedVersion,
  applyCandidate,
  assignmentError,
  candidateEpoch,
  candidateVersion,
  hasAssignment,
  isNewer,
  parseAssignment,
} from './assignment';
import { PluginRoot, ROOT_ASSIGNMENT, ROOT_LISTENER } from './connection';
import { listenerError, parseListener, releaseListener } from './listener';
import { Listener } from './settings';
import { defineDrainCounters, defineFates } from './drain-counters';
import { countAsObeyed } from './order-index';
import { defineRefusals } from './reasons';
import { agree } from './shared';
import { rootConfigured, rootDeleted } from './ticker';

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const NAME: usize = memory.data(64);
let refusedAssignments: u32 = u32.MAX_VALUE;

/** 'no memory' is the one failure that the bytes do not decide: the old assignment stays, and the push is accepted. */
const NO_MEMORY: string = 'no memory';

function complain(what: string, why: string): void {
  logText('cohort: ');
  logAlso(what);
  logAlso(why);
  logSend(LOG_WARN);
}

function configureAssignment(root: PluginRoot, data: usize, size: u32): bool {
  root.kind = ROOT_ASSIGNMENT;
  if (!parseAssignment(data, size)) {
    complain('assignment refused: ', assignmentError);
    return assignmentError == NO_MEMORY;
  }
  const older = isNewer(appliedEpoch(), appliedVersion(), candidateEpoch(), candidateVersion());
  const epoch = candidateEpoch();
  const version = candidateVersion();
  if (!applyCandidate() && older) {
    incrementMetric(refusedAssignments, 1);
    logText('cohort: assignment not applied, it is older than the one in force: epoch ');
    logNumber(epoch);
    logAlso(' version ');
    logNumber(version);
    logSend(LOG_INFO);
  }
  return true;
}

function configureListener(root: PluginRoot, data: usize, size: u32): bool {
  root.kind = ROOT_LISTENER;
  const listener = parseListener(data, size);
  if (listener == 0) {
    complain('listener settings refused: ', listenerError);
    return false;
  }
  if (root.listener != 0) releaseListener(root.listener);
  root.listener = listener;
  defineFates(changetype<Listener>(listener));
  return true;
}

function configureOrganizations(root: PluginRoot, data: usize, size: u32): bool {
  root.kind = ROOT_ASSIGNMENT;
  if (takeOrganizations(data, size)) {
    shareOrganizations(data, size);
    return true;
  }
  complain('list of organizations refused: ', organizationsError);
  return organizationsError == NO_MEMORY;
}

export function onConfigure(at: usize, size: u32): bool {
  const root = changetype<PluginRoot>(at);
  const isFirst = !hasAssignment();
  defineRefusals();
  defineDrainCounters();
  if (refusedAssignments == u32.MAX_VALUE) {
    const nameSize = storeAscii(NAME, 'cohort.assignment.older');
    refusedAssignments = defineMetric(METRIC_COUNTER, NAME, nameSize);
  }
  if (!getBuffer(BUFFER_PLUGIN_CONFIGURATION, 0, size) || hostSize != size) {
    complain('plugin configuration refused: ', 'it cannot be read');
    return false;
  }
  reader.open(hostData, hostSize);
  let accepted = false;
  let known = false;
  if (reader.next() && reader.isBytes) {
    known = reader.field >= 1 && reader.field <= 3;
    if (reader.field == 1) accepted = configureAssignment(root, reader.data, reader.size);
    else if (reader.field == 2) accepted = configureListener(root, reader.data, reader.size);
    else if (reader.field == 3) accepted = configureOrganizations(root, reader.data, reader.size);
  }
  if (!known) complain('plugin configuration refused: ', 'it is no PluginConfiguration message');
  if (!accepted) return false;
  // A fresh VM takes the table from shared data before any connection asks for it.
  agree();
  agreeOnOrganizations();
  if (isFirst) countAsObeyed();
  rootConfigured(at);
  return true;
}

export function onRootGone(at: usize): void {
  const root = changetype<PluginRoot>(at);
  rootDeleted(at);
  if (root.listener != 0) releaseListener(root.listener);
  root.listener = 0;
}
