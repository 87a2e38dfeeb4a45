/** How many hash slots there are, as in Redis Cluster. */
export const SLOTS: u32 = 16384;
