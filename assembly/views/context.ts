/**
 * The context of a peer sampling service: u32 words through which host and portable code talk. The
 * host writes the settings once and the round before each call. Constants only, read by both sides.
 */
/** Nodes there is room for; ids are 0 .. NODES - 1. */
export const NODES: u32 = 0;
export const SEED: u32 = 1;
export const ROUND: u32 = 2;
/** Bit per node, set while it lives. */
export const ALIVE_AT: u32 = 3;
/** Bytes of working space, SCRATCH_BYTES of them. */
export const SCRATCH_AT: u32 = 4;
/** Rows: see rows.ts. */
export const ROWS_AT: u32 = 5;
export const ROW_BYTES: u32 = 6;
export const AGES_OFFSET: u32 = 7;
/** Most entries of a view, and the same rounded up to whole vectors of ids. */
export const VIEW: u32 = 8;
export const SLOTS: u32 = 9;
/** Parameters of the protocol. */
export const P0: u32 = 10;
export const P1: u32 = 11;
export const P2: u32 = 12;
export const P3: u32 = 13;
export const P4: u32 = 14;
export const P5: u32 = 15;
/** The two keys of this round's order: see order.ts. */
export const ORDER: u32 = 16;
/** Key of the event whose draws are being made, and how many it has made: see draws.ts. */
export const EVENT: u32 = 24;
/** Chunks of lists: the first free one, the next never used, how many there are: see lists.ts. */
export const CHUNK_FREE: u32 = 27;
export const CHUNK_NEXT: u32 = 28;
export const CHUNKS_LEFT: u32 = 29;
export const CONTEXT_WORDS: u32 = 32;
export const SCRATCH_BYTES: u32 = 4096;

/** Says that a slot is free. */
export const NO_PEER: u32 = 0xffffffff;

/**
 * Purposes of draws. Bits 0..7 count words, bits 8..17 attempts; bit 20 tells the passive side of
 * an exchange from the active one.
 */
export const PASSIVE_SIDE: u32 = 0x100000;
export const ORDER_KEY: u32 = 0xe0000000;
export const START: u32 = 0xe0200000;
export const CONTACT: u32 = 0xe0400000;
export const IN_EVENT: u32 = 0xe0600000;
export const CYCLON_SENT: u32 = 0xe0800000;
export const CYCLON_ANSWERED: u32 = 0xe0a00000;
export const CYCLON_JOIN: u32 = 0xe0c00000;
export const FRAMEWORK_PEER: u32 = 0xe0e00000;
export const FRAMEWORK_SENT_TIES: u32 = 0xe1000000;
export const FRAMEWORK_SENT: u32 = 0xe1200000;
export const FRAMEWORK_REMOVED_TIES: u32 = 0xe1400000;
export const FRAMEWORK_REMOVED: u32 = 0xe1600000;
export const NEWSCAST_PEER: u32 = 0xe1800000;
export const NEWSCAST_TIES: u32 = 0xe1a00000;
export const SCAMP_JOIN: u32 = 0xe1c00000;
export const SCAMP_RENEWAL: u32 = 0xe1e00000;
export const SCAMP_PHASE: u32 = 0xe2000000;
export const HYPARVIEW_JOIN: u32 = 0xe2200000;
export const HYPARVIEW_ACTION: u32 = 0xe2400000;
export const KILL: u32 = 0xe2600000;
export const SAMPLE: u32 = 0xe2800000;
