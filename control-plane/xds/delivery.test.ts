import { describe, expect, it } from 'vitest';
import { expire, NO_DELIVERY, nextPush, receive, sent, type Delivery } from './delivery.ts';
import { shortType, TYPE_URLS } from './resource-types.ts';
import type { Resource, Snapshot } from './snapshot.ts';
import type { DeltaRequest } from './subscription.ts';

type Type = keyof typeof TYPE_URLS;
const PATIENCE = 100;

/** `{ CDS: 'a1 b2' }`: cluster a at version 1, cluster b at version 2. Names are all but the last character. */
function snapshot(of: Partial<Record<Type, string>>): Snapshot {
  return new Map(
    Object.entries(of).map(([type, text]) => [
      TYPE_URLS[type as Type],
      new Map(
        text
          .split(' ')
          .filter((word) => word !== '')
          .map((word): [string, Resource] => {
            const name = word.slice(0, -1);
            return [name, { name, version: word.slice(-1), bytes: Buffer.alloc(0) }];
          }),
      ),
    ]),
  );
}

/** A stream whose proxy a test plays. */
class Conversation {
  now = 0;
  private delivery: Delivery = NO_DELIVERY;
  private nonce = 0;
  private readonly unanswered = new Map<Type, string[]>();
  constructor(public snapshot: Snapshot) {}

  request(type: Type, request: DeltaRequest = {}): void {
    ({ delivery: this.delivery } = receive(this.delivery, TYPE_URLS[type], request, this.now));
  }
  subscribe(type: Type, ...names: string[]): void {
    this.request(type, { resource_names_subscribe: names });
  }
  /** Everything that may go now, such as `CDS a1`, `CDS -a`; the responses of one type in order. */
  push(): string[] {
    const pushes: string[] = [];
    for (;;) {
      const push = nextPush(this.delivery, this.snapshot, this.now, PATIENCE);
      if (push === undefined) return pushes;
      const nonce = String(++this.nonce);
      this.delivery = sent(this.delivery, push, nonce, this.now);
      const type = shortType(push.typeUrl) as Type;
      this.unanswered.set(type, [...(this.unanswered.get(type) ?? []), nonce]);
      const names = [
        ...push.resources.map(({ name, version }) => name + version),
        ...push.removed.map((name) => `-${name}`),
      ];
      pushes.push(`${type} ${names.join(' ')}`.trim());
    }
  }
  /** Acknowledges the oldest response of a type. */
  ack(type: Type): void {
    this.request(type, { response_nonce: this.unanswered.get(type)!.shift()! });
  }
  nack(type: Type): void {
    this.request(type, {
      response_nonce: this.unanswered.get(type)!.shift()!,
      error_detail: { message: 'no' },
    });
  }
  /** Acknowledges all there is and pushes, until nothing is left. */
  settle(): string[] {
    const pushes = this.push();
    for (;;) {
      for (const [type, nonces] of this.unanswered) while (nonces.length > 0) this.ack(type);
      const more = this.push();
      if (more.length === 0) return pushes;
      pushes.push(...more);
    }
  }
  pass(ms: number): string[] {
    this.now += ms;
    const { delivery, late } = expire(this.delivery, this.now, PATIENCE);
    this.delivery = delivery;
    return late.map(
      ({ typeUrl, versions, removed }) =>
        `${shortType(typeUrl)} ${[...versions.keys(), ...removed].join(' ')}`,
    );
  }
}

const WHOLE = { CDS: 'x1', EDS: 'x1', LDS: 'assignment1 mqtt1', RDS: 'r1', ECDS: 'assignment1 mqtt1' };

/** A proxy that has all of `of` and has acknowledged it. */
function settled(of: Partial<Record<Type, string>> = WHOLE): Conversation {
  const talk = new Conversation(snapshot(of));
  const names = (type: Type): string[] => [...(talk.snapshot.get(TYPE_URLS[type])?.keys() ?? [])];
  talk.request('CDS');
  talk.subscribe('EDS', ...names('EDS'));
  talk.request('LDS');
  talk.subscribe('RDS', ...names('RDS'));
  talk.subscribe('ECDS', ...names('ECDS'));
  talk.settle();
  expect(talk.push()).toEqual([]);
  return talk;
}

describe('the order on one stream', () => {
  it('clusters and endpoints go at once, what names them after their ACKs', () => {
    const talk = settled();
    talk.snapshot = snapshot({
      CDS: 'x2',
      EDS: 'x2',
      LDS: 'assignment2 mqtt1',
      RDS: 'r2',
      ECDS: 'assignment2 mqtt1',
    });
    expect(talk.push()).toEqual(['CDS x2', 'EDS x2']);
    talk.ack('EDS');
    expect(talk.push()).toEqual([]);
    talk.ack('CDS');
    expect(talk.push()).toEqual(['LDS assignment2', 'RDS r2', 'ECDS assignment2']);
  });

  it('endpoints alone are followed by the assignment once they are acknowledged', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, EDS: 'x2', ECDS: 'assignment2 mqtt1' });
    expect(talk.push()).toEqual(['EDS x2']);
    talk.ack('EDS');
    expect(talk.push()).toEqual(['ECDS assignment2']);
  });

  it('with a changed cluster its endpoints are sent again', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, CDS: 'x2' });
    expect(talk.push()).toEqual(['CDS x2', 'EDS x1']);
  });

  it('new code reaches the assignment plugin first, and the listeners after its ACK', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment2 mqtt2' });
    expect(talk.push()).toEqual(['ECDS assignment2']);
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['ECDS mqtt2']);
  });

  it('code that the assignment plugin refuses does not reach the listeners', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment2 mqtt2' });
    talk.push();
    talk.nack('ECDS');
    expect(talk.push()).toEqual([]);
    talk.pass(10 * PATIENCE);
    expect(talk.push()).toEqual([]);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment3 mqtt3' });
    expect(talk.push()).toEqual(['ECDS assignment3']);
  });

  it('a listener’s plugin that is asked for before the assignment waits for it, but not for ever', () => {
    const talk = new Conversation(snapshot(WHOLE));
    talk.subscribe('ECDS', 'mqtt');
    expect(talk.push()).toEqual([]);
    talk.subscribe('ECDS', 'assignment');
    expect(talk.push()).toEqual(['ECDS assignment1']);
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['ECDS mqtt1']);

    const other = new Conversation(snapshot(WHOLE));
    other.subscribe('ECDS', 'mqtt');
    expect(other.push()).toEqual([]);
    other.pass(PATIENCE);
    expect(other.push()).toEqual(['ECDS mqtt1']);
  });

  it('one version of a resource is under way at a time; what changed meanwhile goes as one', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment2 mqtt1' });
    expect(talk.push()).toEqual(['ECDS assignment2']);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment3 mqtt1' });
    expect(talk.push()).toEqual([]);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment4 mqtt1' });
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['ECDS assignment4']);
  });
});

describe('make before break', () => {
  const SECOND = {
    CDS: 'x1 y1',
    EDS: 'x1 y1',
    LDS: 'assignment1 mqtt1',
    RDS: 'r1',
    ECDS: 'assignment1 mqtt1',
  };

  it('a cluster goes only after the ACK of the plugin that named it, its endpoints after the cluster', () => {
    const talk = settled(SECOND);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment1 mqtt2' });
    expect(talk.push()).toEqual(['ECDS mqtt2']);
    expect(talk.push()).toEqual([]);
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['CDS -y']);
    talk.ack('CDS');
    expect(talk.push()).toEqual(['EDS -y']);
  });

  it('a proxy that does not answer is named, and the removal goes on', () => {
    const talk = settled(SECOND);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment1 mqtt2' });
    talk.push();
    expect(talk.pass(PATIENCE - 1)).toEqual([]);
    expect(talk.push()).toEqual([]);
    expect(talk.pass(1)).toEqual(['ECDS mqtt']);
    expect(talk.push()).toEqual(['CDS -y']);
    expect(talk.pass(1)).toEqual([]);
  });

  it('while a plugin is refused, the old one is in force and its cluster stays', () => {
    const talk = settled(SECOND);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment1 mqtt2' });
    talk.push();
    talk.nack('ECDS');
    talk.pass(10 * PATIENCE);
    expect(talk.push()).toEqual([]);
    talk.snapshot = snapshot({ ...WHOLE, ECDS: 'assignment1 mqtt3' });
    expect(talk.push()).toEqual(['ECDS mqtt3']);
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['CDS -y']);
  });

  it('a proxy that comes back is told of nothing it has, and a removal waits for the types it has not asked for yet', () => {
    const talk = new Conversation(snapshot({ ...WHOLE, ECDS: 'assignment1 mqtt2' }));
    const back = (type: Type, versions: Record<string, string>, names: string[] = []): void =>
      talk.request(type, { initial_resource_versions: versions, resource_names_subscribe: names });
    back('CDS', { x: '1', y: '1' });
    expect(talk.push()).toEqual([]);
    back('EDS', { x: '1', y: '1' }, ['x', 'y']);
    back('LDS', { assignment: '1', mqtt: '1' });
    back('RDS', { r: '1' }, ['r']);
    expect(talk.push()).toEqual([]);
    back('ECDS', { assignment: '1', mqtt: '1' }, ['assignment', 'mqtt']);
    expect(talk.push()).toEqual(['ECDS mqtt2']);
    talk.ack('ECDS');
    expect(talk.push()).toEqual(['CDS -y']);
  });

  it('a name that does not exist is told at once, whatever is under way', () => {
    const talk = settled();
    talk.snapshot = snapshot({ ...WHOLE, CDS: 'x2' });
    talk.push();
    talk.subscribe('EDS', 'nothing');
    expect(talk.push()).toEqual(['EDS -nothing']);
  });
});

describe('refusals', () => {
  it('the resources of a refused response are sent one by one, so that the refused one is known', () => {
    const talk = new Conversation(snapshot({ CDS: 'x1 y1 z1' }));
    talk.request('CDS');
    expect(talk.push()).toEqual(['CDS x1 y1 z1']);
    talk.nack('CDS');
    expect(talk.push()).toEqual(['CDS x1', 'CDS y1', 'CDS z1']);
    talk.ack('CDS');
    talk.nack('CDS');
    talk.ack('CDS');
    expect(talk.push()).toEqual([]);
    talk.snapshot = snapshot({ CDS: 'x1 y2 z1' });
    expect(talk.push()).toEqual(['CDS y2']);
  });
});

it('types that nobody has are answered, too', () => {
  const talk = new Conversation(snapshot({}));
  ({ delivery: talk['delivery'] } = receive(
    NO_DELIVERY,
    'type.googleapis.com/x.Y',
    { resource_names_subscribe: ['n'] },
    0,
  ));
  expect(talk.push()).toEqual(['Y -n']);
});

it('says when the next response will be late', () => {
  const talk = new Conversation(snapshot(WHOLE));
  talk.now = 7;
  talk.request('CDS');
  talk.push();
  expect(expire(talk['delivery'], 8, PATIENCE).nextAt).toBe(7 + PATIENCE);
  expect(expire(talk['delivery'], 7 + PATIENCE, PATIENCE).nextAt).toBeUndefined();
});
