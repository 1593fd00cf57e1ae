/*
 * C twins of assembly/views: rounds of Cyclon and of the generic framework (tail, push-pull, drop)
 * over rows of u32 ids and u16 ages. A run is a slice of a round; the digest is that of all rows
 * after the first. Run as `views cyclon|framework|healer NODES`.
 */
#include "bench.h"
#include "words.h"

enum { BATCH = 32, NO_PEER = 0xffffffff };
enum { ORDER_KEY = 0xe0000000, START = 0xe0200000 };
enum { CYCLON_SENT = 0xe0800000, CYCLON_ANSWERED = 0xe0a00000 };
enum { SENT_TIES = 0xe1000000, SENT = 0xe1200000, REMOVED_TIES = 0xe1400000, REMOVED = 0xe1600000 };
enum { PASSIVE = 0x100000 };

typedef uint8_t u8;
typedef uint16_t u16;

/* Known to the compiler wherever a row is worked on: passed by value to what is always inlined. */
typedef struct {
  u32 view, slots, row_bytes;
} shape;
#define INLINE static inline __attribute__((always_inline))
enum { SHARED = 8 };
static const shape CYCLON = {20, 20, 128}, FRAMEWORK = {30, 32, 192};

static u32 nodes, slice, healer, swapper;
static u32 round_now, position, seed = 1;
static u8 *rows;
static u32 *alive;

typedef u32 lanes4_any __attribute__((vector_size(16), aligned(4)));

INLINE u32 *row_of(shape s, u32 node) { return (u32 *)(rows + (size_t)node * s.row_bytes); }
INLINE u16 *ages_of(shape s, u32 *row) { return (u16 *)(row + s.slots); }
static inline int is_alive(u32 node) { return alive[node >> 5] >> (node & 31) & 1; }
INLINE u32 size_of(shape s, const u32 *row) {
  u32 size = s.view;
  while (size > 0 && row[size - 1] == (u32)NO_PEER) size--;
  return size;
}

/* Keyed permutation: assembly/kernels/permutation.ts. */
static u32 lefts, rights, key0, key1;

static inline u32 below(u32 word, u32 bound) {
  word = (word ^ word >> 16) * 0x7feb352d;
  word = (word ^ word >> 15) * 0x846ca68b;
  return (u64)(word ^ word >> 16) * bound >> 32;
}

static u32 node_in_order(u32 index) {
  u32 step = key1 | 1;
  do {
    u32 left = index / rights, right = index - left * rights, key = key0;
    for (int round = 0; round < 8; round += 2) {
      left += below(right + key, lefts), left -= left >= lefts ? lefts : 0, key += step;
      right += below(left + key, rights), right -= right >= rights ? rights : 0, key += step;
    }
    index = left * rights + right;
  } while (index >= nodes);
  return index;
}

static void draw_order(void) { key0 = threefry(seed, ORDER_KEY, round_now, 0, &key1); }

INLINE void prefetch_row(shape s, u32 node) {
  for (u32 at = 0; at < s.row_bytes; at += 64) __builtin_prefetch((u8 *)row_of(s, node) + at, 1);
}

static void shuffle_front(u8 *list, u32 from, u32 to, u32 size, u32 purpose, u32 node) {
  u32 second = 0;
  for (u32 i = from, words = 0; i < to; i += 4, words++) {
    u32 unused, left = size - i;
    u32 word = words & 1 ? second : threefry(seed, purpose | words, round_now, node, &second);
    u32 b = left > 1 ? left - 1 : 1, c = left > 2 ? left - 2 : 1, d = left > 3 ? left - 3 : 1;
    u32 product = left * b * c * d, step[4];
    u64 chain = word;
    for (u32 attempt = 1;; attempt++) {
      chain *= left, step[0] = chain >> 32;
      chain = (u64)(u32)chain * b, step[1] = chain >> 32;
      chain = (u64)(u32)chain * c, step[2] = chain >> 32;
      chain = (u64)(u32)chain * d, step[3] = chain >> 32;
      if ((u32)chain >= product || (u32)chain >= -product % product) break;
      chain = threefry(seed, purpose | words | attempt << 8, round_now, node, &unused);
    }
    u32 count = to - i < 4 ? to - i : 4;
    for (u32 k = 0; k < count; k++) {
      u8 value = list[i + k];
      list[i + k] = list[i + k + step[k]];
      list[i + k + step[k]] = value;
    }
  }
}

static void age_entries(u16 *ages, u32 size) {
  for (u32 k = 0; k < size; k++) ages[k] += ages[k] < 65535;
}

static u32 oldest_slot(const u16 *ages, u32 size) {
  u16 most = 0;
  for (u32 k = 0; k < size; k++) most = ages[k] > most ? ages[k] : most;
  u32 slot = 0;
  while (ages[slot] != most) slot++;
  return slot;
}

INLINE int holds(shape s, const u32 *row, u32 id) {
  u32 hits = 0;
  for (u32 k = 0; k < s.slots; k++) hits |= row[k] == id;
  return hits;
}

/* Four items at a time against four slots at a time. */
INLINE u32 new_items(shape s, const u32 *row, const u32 *items, u32 count, u32 self) {
  u32 known = 0;
  for (u32 k = 0; k < count; k += 4) {
    typedef int hits4 __attribute__((vector_size(16)));
    hits4 hits = *(const lanes4_any *)(items + k) == self;
    hits4 in[4] = {{0}, {0}, {0}, {0}};
    for (u32 slot = 0; slot < s.slots; slot += 4)
      for (u32 i = 0; i < 4; i++) in[i] |= *(const lanes4_any *)(row + slot) == items[k + i];
    for (u32 i = 0; i < 4; i++) hits[i] |= in[i][0] | in[i][1] | in[i][2] | in[i][3];
    for (u32 i = 0; i < 4; i++) known |= (u32)(hits[i] != 0) << (k + i);
  }
  return ~known & 0xffffffff >> (32 - count);
}

static void list_slots(u8 *list, u32 size) {
  for (u32 k = 0; k < size; k++) list[k] = k;
}

INLINE void remove_entry(shape s, u32 *row, u32 slot, u32 size) {
  u16 *ages = ages_of(s, row);
  row[slot] = row[size - 1], ages[slot] = ages[size - 1];
  row[size - 1] = NO_PEER, ages[size - 1] = 0;
}

typedef struct {
  u8 list[128];
  u32 ids[64];
  u16 ages[64];
} side;
static side active_side, passive_side;

static void copy_out(side *own, u32 from, u32 to, const u32 *row, const u16 *ages) {
  for (u32 k = from; k < to; k++)
    own->ids[k] = row[own->list[k]], own->ages[k] = ages[own->list[k]];
}

INLINE void take_in(shape s, u32 fresh, u32 count, const side *giver, const side *taker, u32 *row,
                    u32 size) {
  u16 *ages = ages_of(s, row);
  u32 replaced = 0;
  for (u32 k = 0; k < count; k++) {
    if (!(fresh >> k & 1)) continue;
    u32 slot = size < s.view ? size++ : taker->list[replaced++];
    row[slot] = giver->ids[k], ages[slot] = giver->ages[k];
  }
}

INLINE void cyclon(u32 node) {
  const shape s = CYCLON;
  side *own = &active_side, *other = &passive_side;
  u32 *row = row_of(s, node), size = size_of(s, row);
  if (size == 0) return;
  u16 *ages = ages_of(s, row);
  age_entries(ages, size);
  u32 oldest = oldest_slot(ages, size), peer = row[oldest];
  if (!is_alive(peer)) {
    remove_entry(s, row, oldest, size);
    return;
  }
  u32 *peer_row = row_of(s, peer), peer_size = size_of(s, peer_row);
  u32 sent = size < SHARED ? size : SHARED, answered = peer_size < SHARED ? peer_size : SHARED;
  list_slots(own->list, size);
  own->list[oldest] = 0, own->list[0] = oldest;
  shuffle_front(own->list, 1, sent, size, CYCLON_SENT, node);
  copy_out(own, 1, sent, row, ages);
  own->ids[0] = node, own->ages[0] = 0;
  list_slots(other->list, peer_size);
  shuffle_front(other->list, 0, answered, peer_size, CYCLON_ANSWERED, node);
  copy_out(other, 0, answered, peer_row, ages_of(s, peer_row));
  u32 new_to_peer = new_items(s, peer_row, own->ids, sent, peer);
  u32 new_to_self = new_items(s, row, other->ids, answered, node);
  take_in(s, new_to_peer, sent, own, other, peer_row, peer_size);
  take_in(s, new_to_self, answered, other, own, row, size);
}

/* The generic framework: assembly/views/framework.ts. */

static u32 count_reaching(const u16 *values, u32 size, u32 least) {
  u16 count = 0;
  for (u32 k = 0; k < size; k++) count += values[k] >= least;
  return count;
}

static u32 ranked_value(const u16 *values, u32 size, u32 rank) {
  u32 low = 0, high = 0;
  for (u32 k = 0; k < size; k++) high = values[k] > high ? values[k] : high;
  if (rank == 1) return high;
  while (low < high) {
    u32 middle = (low + high + 1) / 2;
    if (count_reaching(values, size, middle) >= rank) low = middle;
    else high = middle - 1;
  }
  return low;
}

static u8 ties[128];

static u32 list_young_first(u8 *list, const u16 *ages, u32 size, u32 drawer, u32 passive) {
  if (healer == 0 || healer >= size) {
    list_slots(list, size);
    return healer == 0 ? size : 0;
  }
  u32 limit = ranked_value(ages, size, healer), young = 0, tied = 0, old = 0;
  for (u32 slot = 0; slot < size; slot++) {
    u32 age = ages[slot];
    list[young] = slot, list[size - 1 - old] = slot, ties[tied] = slot;
    young += age < limit, old += age > limit, tied += age == limit;
  }
  u32 young_tied = size - healer - young;
  if (young_tied > 0) shuffle_front(ties, 0, young_tied, tied, SENT_TIES | passive, drawer);
  memcpy(list + young, ties, tied);
  return size - healer;
}

static u32 fill_buffer(side *own, u32 self, u32 *row, u32 size, u32 drawer, u32 passive) {
  const u16 *ages = ages_of(FRAMEWORK, row);
  u32 others = FRAMEWORK.view / 2 - 1, head = size < others ? size : others;
  u32 wanted = head > swapper ? head : swapper;
  u32 young = list_young_first(own->list, ages, size, drawer, passive);
  shuffle_front(own->list, 0, wanted < young ? wanted : young, young, SENT | passive, drawer);
  own->ids[0] = self, own->ages[0] = 0;
  for (u32 k = 0; k < head; k++)
    own->ids[k + 1] = row[own->list[k]], own->ages[k + 1] = ages[own->list[k]];
  return head + 1;
}

static u16 merged[128];
static u32 newcomers[64], free_count;
static u8 freed[128];

static void release(u32 *row, u32 slot) {
  row[slot] = NO_PEER, merged[slot] = 0, freed[free_count++] = slot;
}
static void take_away(u32 *row, u32 size, u32 at) {
  if (at < size) release(row, at);
  else newcomers[at - size] = NO_PEER;
}
static int is_there(const u32 *row, u32 size, u32 at) {
  return (at < size ? row[at] : newcomers[at - size]) != (u32)NO_PEER;
}

static void shrink(u32 *row, u32 size, u32 total, u32 left, const u8 *list, u32 drawer,
                   u32 passive) {
  u32 old = healer < left ? healer : left;
  if (old > 0) {
    u32 limit = ranked_value(merged, total, old), tied = 0, older = 0;
    for (u32 at = 0; at < total; at++) {
      if (merged[at] < limit) continue;
      if (merged[at] == limit) {
        if (is_there(row, size, at)) ties[tied++] = at;
        continue;
      }
      older++;
      take_away(row, size, at);
    }
    u32 removed = old - older;
    if (removed < tied) shuffle_front(ties, 0, removed, tied, REMOVED_TIES | passive, drawer);
    for (u32 k = 0; k < removed; k++) take_away(row, size, ties[k]);
    left -= old;
  }
  u32 swaps = swapper < left ? swapper : left;
  left -= swaps;
  for (u32 k = 0; swaps > 0 && k < size; k++) {
    if (row[list[k]] == (u32)NO_PEER) continue;
    release(row, list[k]);
    swaps--;
  }
  if (left == 0) return;
  u32 remaining = 0;
  for (u32 at = 0; at < total; at++)
    if (is_there(row, size, at)) ties[remaining++] = at;
  shuffle_front(ties, 0, left, remaining, REMOVED | passive, drawer);
  for (u32 k = 0; k < left; k++) take_away(row, size, ties[k]);
}

static void select_entries(u32 self, u32 *row, u32 size, const u8 *list, const side *from,
                           u32 count, u32 drawer, u32 passive) {
  const shape s = FRAMEWORK;
  u16 *ages = ages_of(s, row);
  u32 fresh = new_items(s, row, from->ids, count, self), total = size;
  memcpy(merged, ages, size * 2);
  free_count = 0;
  for (u32 k = 0; k < count; k++) {
    if (!(fresh >> k & 1)) {
      if (from->ids[k] == self) continue;
      u32 slot = 0;
      while (row[slot] != from->ids[k]) slot++;
      if (ages[slot] <= from->ages[k]) continue;
      release(row, slot);
    }
    newcomers[total - size] = from->ids[k], merged[total++] = from->ages[k];
  }
  if (total - free_count > s.view)
    shrink(row, size, total, total - free_count - s.view, list, drawer, passive);
  for (u32 k = 0, end = size; k < total - size; k++) {
    if (newcomers[k] == (u32)NO_PEER) continue;
    u32 slot = free_count > 0 ? freed[--free_count] : end++;
    row[slot] = newcomers[k], ages[slot] = merged[size + k];
  }
}

INLINE void framework(u32 node) {
  const shape s = FRAMEWORK;
  u32 *row = row_of(s, node), size = size_of(s, row);
  if (size == 0) return;
  u32 slot = oldest_slot(ages_of(s, row), size), peer = row[slot];
  if (!is_alive(peer)) {
    remove_entry(s, row, slot, size);
    age_entries(ages_of(s, row), size_of(s, row));
    return;
  }
  u32 *peer_row = row_of(s, peer), peer_size = size_of(s, peer_row);
  u32 sent = fill_buffer(&active_side, node, row, size, node, 0);
  u32 answered = fill_buffer(&passive_side, peer, peer_row, peer_size, node, PASSIVE);
  select_entries(node, row, size, active_side.list, &passive_side, answered, node, 0);
  age_entries(ages_of(s, row), size_of(s, row));
  select_entries(peer, peer_row, peer_size, passive_side.list, &active_side, sent, node, PASSIVE);
  age_entries(ages_of(s, peer_row), size_of(s, peer_row));
}

/* The next `slice` positions of the order, wrapping into the next round. */
INLINE void run(shape s, void (*exchange)(u32)) {
  draw_order();
  u32 batch[BATCH];
  for (u32 end = position + slice; position < end;) {
    u32 count = end - position < BATCH ? end - position : BATCH;
    for (u32 k = 0; k < count; k++) prefetch_row(s, batch[k] = node_in_order(position + k));
    for (u32 k = 0; k < count; k++) {
      u32 *row = row_of(s, batch[k]), size = size_of(s, row);
      if (size > 0) prefetch_row(s, row[oldest_slot(ages_of(s, row), size)]);
    }
    for (u32 k = 0; k < count; k++)
      if (is_alive(batch[k])) exchange(batch[k]);
    position += count;
  }
  if (position == nodes) position = 0, round_now++;
}
static void run_cyclon(void) { run(CYCLON, cyclon); }
static void run_framework(void) { run(FRAMEWORK, framework); }

static void start(shape s) {
  for (u32 node = 0; node < nodes; node++) {
    u32 *row = row_of(s, node), draw = 0;
    for (u32 slot = 0; slot < s.slots; slot++) row[slot] = NO_PEER;
    for (u32 slot = 0; slot < s.view; slot++) {
      u32 peer;
      do {
        peer = draw_below(seed, START, draw++, node, nodes - 1);
        peer += peer >= node;
      } while (holds(s, row, peer));
      row[slot] = peer;
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 1;
  nodes = strtoul(argv[2], 0, 10);
  int is_cyclon = !strcmp(argv[1], "cyclon"), is_healer = !strcmp(argv[1], "healer");
  shape s = is_cyclon ? CYCLON : FRAMEWORK;
  void (*one_run)(void) = is_cyclon ? run_cyclon : run_framework;
  healer = is_healer ? 15 : 1, swapper = is_healer ? 0 : 14;
  slice = nodes < 20000 ? nodes : 20000;
  size_t bytes = (size_t)nodes * s.row_bytes;
  rows = aligned_alloc(128, (bytes + 127) / 128 * 128);
  memset(rows, 0, bytes);
  alive = malloc((nodes / 32 + 1) * 4);
  memset(alive, 255, (nodes / 32 + 1) * 4);
  while ((u64)lefts * lefts < nodes) lefts++;
  rights = (nodes - 1) / lefts + 1;
  start(s);
  one_run();
  u8 *first = malloc(bytes);
  memcpy(first, rows, bytes);
  measure(one_run, slice, first, bytes);
  return 0;
}
