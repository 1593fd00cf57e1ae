/**
 * The context: one block of u32 words per worker through which host and portable code talk. The host
 * writes the settings before a trial and the position (tick, shard) before each call; portable code
 * reads them through access.ts and never keeps state of its own. Constants only, imported by both
 * sides.
 */
export const TICK: u32 = 0;
/** Round of the messages sent now: tick / ROUND_TICKS on a round clock. */
export const ROUND: u32 = 1;
/** Round to which the messages received now belong: (tick - 1) / ROUND_TICKS. */
export const ARRIVAL_ROUND: u32 = 2;
export const SHARD: u32 = 3;
/** First node of the shard and end of its range. */
export const FIRST: u32 = 4;
export const END: u32 = 5;
export const NODES: u32 = 6;
export const SEED: u32 = 7;
export const SHARDS: u32 = 8;
export const SHARD_SHIFT: u32 = 9;
export const ROUND_TICKS: u32 = 10;
export const PERIOD: u32 = 11;
/** 0 round clock, 1 event clock. */
export const EVENT_CLOCK: u32 = 12;
/** f64 table of the protocol's parameters in the order of their declaration. */
export const PARAMETERS_AT: u32 = 13;
/** u32 table of the addresses of the protocol's fields. */
export const FIELDS_AT: u32 = 14;
/** f64 tables of counters of what is sent and of what arrives in this tick. */
export const SENT_COUNTS_AT: u32 = 15;
export const ARRIVED_COUNTS_AT: u32 = 16;
/** u32 scratch of this worker: blocks of draws. */
export const SCRATCH_AT: u32 = 17;
/** Origin of the rumor. */
export const ORIGIN: u32 = 18;
/** A transmission is lost when its word lies below this; 0 = no loss. */
export const LOSS_BELOW: u32 = 19;

/** 0 complete graph, 1 adjacency in compressed sparse rows. */
export const GRAPH: u32 = 20;
export const OFFSETS_AT: u32 = 21;
export const TARGETS_AT: u32 = 22;
/** 0 constant, 1 quantiles, 2 edge, 3 distance, 4 zones. */
export const LATENCY: u32 = 23;
export const DELAY_TICKS: u32 = 24;
export const DELAY_TABLE_AT: u32 = 25;
export const PLACES_AT: u32 = 26;
export const INFLATION_AT: u32 = 27;

/** 0 periodic: the same phase every time; 1 Poisson; 2 fresh: once a period at a newly drawn phase. */
export const TIMER_KIND: u32 = 28;
/** u32[nodes] ordered by (shard, phase), and u32[shards * (PERIOD + 1)] of where a phase starts. */
export const PHASE_NODES_AT: u32 = 29;
export const PHASE_STARTS_AT: u32 = 30;
/** u32 table of the fanout's distribution, 0 = fixed fanout. */
export const FANOUT_TABLE_AT: u32 = 31;

/** Mailboxes: see mailbox.ts. */
export const MESSAGE_BYTES: u32 = 32;
export const OUT_ROW_AT: u32 = 33;
export const IN_HEADS_AT: u32 = 34;
export const ARENA_NEXT: u32 = 35;
export const ARENA_END: u32 = 36;
export const WHEEL_ROW_AT: u32 = 37;
export const WHEEL_MASK: u32 = 38;
export const WHEEL_FREE: u32 = 39;
export const WHEEL_NEXT: u32 = 40;
export const WHEEL_END: u32 = 41;
/** Set to 1 when a mailbox or the wheel was full: the host ends the trial. */
export const OVERFLOW: u32 = 42;
export const INBOX_STAGE: u32 = 43;
export const INBOX_CHUNK: u32 = 44;
export const INBOX_INDEX: u32 = 45;

/** Draws: see peers.ts. */
export const DRAWN_BLOCK: u32 = 46;
export const DRAWN_SLOTS: u32 = 47;
export const DRAWN_PUSH_LOSS: u32 = 48;
export const DRAWN_REPLY_LOSS: u32 = 49;
/** u32[64] peers of the current node, u32[64] the edges that lead there. */
export const PEERS_AT: u32 = 50;
export const EDGES_AT: u32 = 51;
/** Most peers one node addresses in one action. */
export const SLOTS: u32 = 52;
export const ACTOR: u32 = 53;

/** Cells, f64 each: of the shard that runs now, and of all nodes at the start and a round ago. */
export const CELLS_AT: u32 = 54;
export const FIRST_CELLS_AT: u32 = 55;
export const LAST_CELLS_AT: u32 = 56;

/** Nodes of a data centre and of a rack: zones are runs of ids, the last may be smaller; 0 = none. */
export const DC_SIZE: u32 = 57;
export const RACK_SIZE: u32 = 58;
/** Bytes on the wire of a copy and of a message without one. */
export const COPY_BYTES: u32 = 59;
export const CONTROL_BYTES: u32 = 60;

/** Whom nodes address: see selection.ts. 0 uniform, 1 weighted, 2 zones, 3 nearest, 4 spatial. */
export const SELECTION: u32 = 61;
/** First tick at which peers are uniform again. */
export const SELECTED_UNTIL: u32 = 62;
/** weighted: an alias table per row of the graph; spatial: one of all steps. */
export const SELECTION_AT: u32 = 63;
/** spatial: nodes of a row of the torus, all nodes on a ring. */
export const ROW_NODES: u32 = 64;
/** zones: words below leave the data centre, the rack; 0xffffffff = all do. */
export const OUTSIDE_DC_BELOW: u32 = 65;
export const OUTSIDE_RACK_BELOW: u32 = 66;
/** nearest: draws of which the nearest counts. */
export const CANDIDATES: u32 = 67;
/** u32[8 * nodes]: when each node was first seen to go down, up, …; 0 = nobody keeps that. See lives.ts. */
export const CHANGES_AT: u32 = 68;
/** u32[nodes]: messages that a node could not send or receive; 0 = nobody keeps that. */
export const LOST_AT: u32 = 69;
/** 1 when nodes can be down; see lives.ts. */
export const MORTAL: u32 = 73;
/** u32[nodes]: which outages hit a node; and those that last now. Bit i is outage i. */
export const OUTAGE_HITS_AT: u32 = 74;
export const OUTAGES_NOW: u32 = 75;
/** u32[nodes]: the tick of a node's next change times 2, plus 1 while it is up; 0 = not born yet. */
export const LIVES_AT: u32 = 76;
/** Churn: 0 none, 1 drawn sessions, 2 a trace. */
export const CHURN: u32 = 77;
/** Four f64 tables of 1025 ticks: time down, time up, and what is left of either at the start. */
export const SESSIONS_AT: u32 = 78;
/** A node is up at the start when its word lies below this. */
export const UP_BELOW: u32 = 79;
/** u32 tables: where a host's changes begin, and their ticks; hosts, and ticks of the whole trace. */
export const TRACE_OFFSETS_AT: u32 = 80;
export const TRACE_TICKS_AT: u32 = 81;
export const TRACE_HOSTS: u32 = 82;
export const TRACE_LENGTH: u32 = 83;
/** 1 when churn takes a node's state; bits of a node in each of the protocol's fields, 0 = not by node. */
export const CHURN_FORGETS: u32 = 84;
export const FIELD_WIDTHS_AT: u32 = 85;
export const FIELD_COUNT: u32 = 86;
/** Now [CUT_FIRST, CUT_END) and the other nodes do not reach each other; an empty range: no partition. */
export const CUT_FIRST: u32 = 87;
export const CUT_END: u32 = 88;
/** A message arrives twice when its word lies below this. */
export const DUPLICATE_BELOW: u32 = 89;
/** f64[nodes]: when a node's link will have sent (received) what waits, in ticks; 0 = no limit. */
export const UPLINK_AT: u32 = 90;
export const DOWNLINK_AT: u32 = 91;
/** f64 each: bytes per tick up, down, ticks a message may wait. */
export const BANDWIDTH_AT: u32 = 92;
/** 1 while an inbox is only looked through; the message that is to come again. */
export const INBOX_PREVIEW: u32 = 93;
export const INBOX_REPEAT: u32 = 94;

/** 1 when messages that are due may still be lost, wait or come twice. */
export const DISTURBED: u32 = 95;

/** 1 when messages may be lost or have to wait as they are sent. */
export const OBSTRUCTED: u32 = 96;
/** Outages that pause nodes now, by bit, and the first tick at which one of these pauses is over. */
export const PAUSES_NOW: u32 = 97;
export const PAUSED_UNTIL: u32 = 98;
/** Outages that pause nodes at any time, by bit. */
export const PAUSING_OUTAGES: u32 = 99;
/** Outages that are about to begin, as their nodes know; by bit. */
export const LEAVING_NOW: u32 = 100;
/** First timeout of a segment over TCP; 0 on a round clock. See tcp.ts. */
export const RESEND_TICKS: u32 = 101;
/** Then a segment gets through, after 0.2 + 0.4 + ... + 3.2 s; at 20 % loss it would not in 0.03 % of cases. */
export const RESENDS_MAX: u32 = 5;

/** Counters, indices into the f64 tables. */
export const INFORMED: u32 = 0;
export const SENT: u32 = 1;
export const REQUESTED: u32 = 2;
export const LOST: u32 = 3;
export const REDUNDANT: u32 = 4;
export const REQUESTS_LOST: u32 = 5;
export const REQUESTS_ARRIVED: u32 = 6;
/** Tick + 1 at which a node was last informed; combined by maximum, all others by sum. */
export const LAST_TICK: u32 = 7;
/** Messages that arrived where none is new or redundant: shares of a sum, answers. */
export const ARRIVED: u32 = 8;
/** Nodes that acted while they spread the rumor: none for a while, and a rumor that dies is dead. */
export const ACTIVE: u32 = 9;
/** Bytes sent beyond the fixed sizes of messages. */
export const BYTES: u32 = 10;
/** With zones: bytes taken into another data centre, and into another rack of the same one. */
export const CROSS_DC: u32 = 11;
export const CROSS_RACK: u32 = 12;
/** Messages that the network made of nothing: second copies. */
export const DUPLICATED: u32 = 13;
/** As a step ends: nodes that are up, and of these the informed. */
export const LIVE: u32 = 14;
export const LIVE_INFORMED: u32 = 15;
/** With zones: bytes that the network took from senders, lost ones not among them. */
export const CARRIED: u32 = 16;
