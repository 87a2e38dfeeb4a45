export { MoveHistory, type PreparedRound } from './history.ts';
export type { LoadReport } from './memory.ts';
export type { Proposal, RebalanceView } from './proposal.ts';
export { Rebalancer } from './rebalancer.ts';
export { UNDO } from './undo.ts';
