/** One round of the largest world in a process of its own: how long it takes, and what the process needs. Tells its parent. */
import { inputOf, tableFor } from './cohort.ts';
import { numbersTo } from './placer.ts';
import { measureRounds, type RoundCost } from './round.ts';
import { makeWorld } from './world.ts';
import type { WorldSize } from './world.ts';
import { plan } from '../../../control-plane/plan/plan.ts';

const size = JSON.parse(process.argv[2]!) as WorldSize;
const { organizations, connections } = makeWorld(size, 1);
const servers = numbersTo(size.servers);
const table = tableFor(servers);
globalThis.gc?.();
const before = process.memoryUsage.rss();
plan(inputOf(organizations, { table, pins: new Map() }, servers, connections));
const peak = process.resourceUsage().maxRSS * 1024;
const rounds = measureRounds(organizations, servers, connections, Number(process.argv[3]));
process.send!({ rounds, before, peak } satisfies RoundCost);
