/** Is a server alive? From what the proxies see to the verdicts that the leader acts on. See docs/decisions/0012. */
export { isBraked, releasedBrake } from './brake.ts';
export {
  judge,
  type Finding,
  type JudgeInput,
  type Judgement,
  type ProxySight,
  type ServerSight,
} from './judge.ts';
export { VerdictKeeper, type VerdictKeeperOptions } from './keeper.ts';
export { nextVerdicts, type NextVerdicts, type VerdictsInput } from './next-verdicts.ts';
export {
  ArrivalHistory,
  toQuarantine,
  type Arrival,
  type Death,
  type QuarantineOptions,
  type Suspicion,
} from './quarantine.ts';
export { Quarantiner, type QuarantinerOptions } from './quarantiner.ts';
export { ViewWriter, type ViewWriterOptions } from './view-writer.ts';
