/**
 * A candidate in a process of its own, told what to do over the IPC channel; see `candidate.ts`.
 * Arguments: etcd's endpoints, the candidate's name.
 */
import { pino } from 'pino';
import { CohortError } from '../../control-plane/errors.ts';
import { EtcdStore } from '../../control-plane/store/index.ts';
import type { Fence } from '../../control-plane/store/index.ts';
import type { CandidateOrder, CandidateReply, Span } from './candidate.ts';

const [, , endpoints = '', name = ''] = process.argv;
const log = pino({ level: 'silent' });
const store = new EtcdStore({ endpoints: endpoints.split(','), prefix: '/cohort/test/', log });
await store.start();
const lease = store.lease(3);
const election = store.election('r', { lease, value: name });

/** When `isLeader` was true, by the clock that all processes of the machine share. */
const spans: Span[] = [];
let before = false;
function sample(): void {
  const leads = election.isLeader();
  const now = Number(process.hrtime.bigint() / 1000n) / 1000;
  const last = spans.at(-1);
  if (leads && before && last) last.to = now;
  else if (leads) spans.push({ from: now, to: now });
  before = leads;
}
const sampling = setInterval(sample, 2);

let fence: Fence | undefined;

async function obey(order: CandidateOrder): Promise<CandidateReply> {
  switch (order.do) {
    case 'status':
      return { leads: election.isLeader(), spans };
    case 'take fence':
      fence = election.fence();
      return { leads: election.isLeader() };
    case 'write': {
      if (fence === undefined) throw new Error('no fence was taken');
      const leads = election.isLeader();
      try {
        await store.transact({ fence, then: [{ put: 'written-by', value: name }] });
        return { leads };
      } catch (error) {
        return { leads, code: error instanceof CohortError ? error.code : String(error) };
      }
    }
    case 'stop':
      clearInterval(sampling);
      await store.stop();
      return { leads: election.isLeader() };
  }
}

process.on('message', (order: CandidateOrder) => {
  obey(order).then(
    (reply) => {
      process.send?.(reply);
      // Nothing of a stopped store keeps the process alive.
      if (order.do === 'stop') process.disconnect();
    },
    (error: unknown) => process.send?.({ leads: false, code: String(error) } satisfies CandidateReply),
  );
});
process.send?.({ leads: false } satisfies CandidateReply);
