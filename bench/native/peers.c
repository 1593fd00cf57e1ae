/*
 * C twins of the benches of bench/kernels/peers.ts: peers KERNEL NODES. The same strips of 128 nodes, the
 * same words, tables and shuffles as assembly/kernels/peer-sampling.ts and its neighbours.
 */
#include <math.h>
#include "bench.h"
#include "words.h"

enum { STRIP = 128, SEED = 1, TICK = 3, K = 3, DEGREE = 16, GROUPS = 16, FEW = 64, DRAWN_MAX = 1 << 18 };
#define DRAW 0x80000000u
#define CHOICE 0x90000000u
#define MEMBER 0xa0000000u
#define REDRAW 0xb0000000u
#define ORDER 0xd0000000u

static u32 nodes, drawn, k, *out, *offsets, *targets, *groups, *starts, *members;
static u64 *table;
static double *weights;
static u32 *scratch;

static void uniform(void) {
  static u32 words[STRIP], places[K][STRIP], moved[K][STRIP];
  for (u32 first = 0; first < nodes; first += STRIP) {
    for (u32 slot = 0; slot < k; slot++) {
      u32 left = nodes - 1 - slot, reject = reject_below(left), rejected = 0;
      raw_words(words, STRIP, SEED, DRAW | slot, TICK, first / STRIP);
      for (u32 i = 0; i < STRIP; i++) {
        u64 product = (u64)words[i] * left;
        rejected |= (u32)product < reject;
        places[slot][i] = (product >> 32) + slot;
      }
      for (u32 i = 0; rejected && i < STRIP; i++)
        if ((u32)(words[i] * left) < reject)
          places[slot][i] = draw_below(SEED, REDRAW | slot, TICK, first + i, left) + slot;
      for (u32 i = 0; i < STRIP; i++) {
        u32 place = places[slot][i], rank = place, move = slot;
        for (u32 earlier = 0; earlier < slot; earlier++) {
          rank = places[earlier][i] == place ? moved[earlier][i] : rank;
          move = places[earlier][i] == slot ? moved[earlier][i] : move;
        }
        moved[slot][i] = move;
        out[(first + i) * k + slot] = rank + (rank >= first + i);
      }
    }
  }
}

static void neighbours(void) {
  static u32 words[K][STRIP];
  for (u32 first = 0; first < nodes; first += STRIP) {
    for (u32 slot = 0; slot < K; slot++)
      raw_words(words[slot], STRIP, SEED, DRAW | slot, TICK, first / STRIP);
    for (u32 i = 0; i < STRIP; i++) {
      u32 row = offsets[first + i], degree = offsets[first + i + 1] - row, places[K], moved[K];
      for (u32 slot = 0; slot < K; slot++) {
        u32 left = degree - slot, move = slot;
        u64 product = (u64)words[slot][i] * left;
        u32 place = product >> 32;
        if ((u32)product < left && (u32)product < reject_below(left))
          place = draw_below(SEED, REDRAW | slot, TICK, first + i, left);
        u32 rank = place += slot;
        for (u32 earlier = 0; earlier < slot; earlier++) {
          rank = places[earlier] == place ? moved[earlier] : rank;
          move = places[earlier] == slot ? moved[earlier] : move;
        }
        places[slot] = place, moved[slot] = move;
        out[(first + i) * K + slot] = targets[row + rank];
      }
    }
  }
}

static inline u32 alias_item(const u64 *cells, u32 column, u32 word) {
  u64 cell = cells[column];
  /* Which side is a toss: a mask is cheaper than a branch that is often mispredicted. */
  u32 alias = cell >> 32;
  return column ^ ((column ^ alias) & -(word >= (u32)cell));
}

static void weighted(void) {
  static u32 words[STRIP], choices[STRIP];
  u32 reject = reject_below(nodes);
  for (u32 first = 0; first < drawn; first += STRIP) {
    raw_words(words, STRIP, SEED, DRAW, TICK, first / STRIP);
    raw_words(choices, STRIP, SEED, CHOICE, TICK, first / STRIP);
    for (u32 i = 0; i < STRIP; i++) {
      u64 product = (u64)words[i] * nodes;
      u32 peer = alias_item(table, product >> 32, choices[i]);
      for (u32 attempt = 0; (u32)product < reject || peer == first + i; attempt++) {
        u32 choice;
        product = (u64)threefry(SEED, REDRAW | attempt << 8, TICK, first + i, &choice) * nodes;
        peer = alias_item(table, product >> 32, choice);
      }
      out[first + i] = peer;
    }
  }
}

/* Peer that three words give, or -1 where one must be rejected. */
static inline u32 member_drawn(u32 node, u32 word, u32 choice, u32 place_word) {
  u64 product = (u64)word * GROUPS;
  if ((u32)product < GROUPS && (u32)product < reject_below(GROUPS)) return -1;
  u32 own = groups[node], group = alias_item(table + own * GROUPS, product >> 32, choice);
  u32 size = starts[group + 1] - starts[group] - (group == own);
  u64 place = (u64)place_word * size;
  if ((u32)place < size && (u32)place < reject_below(size)) return -1;
  const u32 *at = members + starts[group] + (place >> 32);
  return at[(group == own) & (*at >= node)];
}

static void by_group(void) {
  static u32 words[STRIP], choices[STRIP], places[STRIP];
  for (u32 first = 0; first < drawn; first += STRIP) {
    raw_words(words, STRIP, SEED, DRAW, TICK, first / STRIP);
    raw_words(choices, STRIP, SEED, CHOICE, TICK, first / STRIP);
    raw_words(places, STRIP, SEED, MEMBER, TICK, first / STRIP);
    for (u32 i = 0; i < STRIP; i++) {
      u32 peer = member_drawn(first + i, words[i], choices[i], places[i]);
      for (u32 attempt = 0; peer == -1u; attempt += 2) {
        u32 choice, unused;
        u32 place = threefry(SEED, REDRAW | (attempt + 1) << 8, TICK, first + i, &unused);
        u32 word = threefry(SEED, REDRAW | attempt << 8, TICK, first + i, &choice);
        peer = member_drawn(first + i, word, choice, place);
      }
      out[first + i] = peer;
    }
  }
}

static void alias_build(const double *weight, u64 *cells, u32 count, u32 *list) {
  double total = 0;
  u32 light_at = 0, heavy_at = count - 1, front = 0, back = count - 1;
  for (u32 i = 0; i < count; i++) total += weight[i];
  double mean = total / count, per_weight = count / total;
  for (u32 i = 0; i < count; i++) {
    u32 step = weight[i] < mean;
    list[front] = list[back] = i;
    front += step, back += step - 1;
  }
#define PART(part) ((u32)(int64_t)((part) * 4294967296.))
#define CELL(threshold, alias) ((u64)(alias) << 32 | (u32)(threshold))
  if (front == count) {
    for (u32 i = 0; i < count; i++) cells[i] = CELL(-1, i);
    return;
  }
  u32 heavy = list[heavy_at];
  double rest = weight[heavy] * per_weight;
  while (light_at < front && heavy_at > front) {
    u32 ends = rest < 1, mask = -ends, light = list[light_at], next = list[heavy_at - 1];
    double part = weight[light ^ ((light ^ next) & mask)] * per_weight;
    u32 column = light ^ ((light ^ heavy) & mask), a = PART(part), b = PART(rest);
    heavy ^= (heavy ^ next) & mask;
    cells[column] = CELL(a ^ ((a ^ b) & mask), heavy);
    rest += part - 1, heavy_at -= ends, light_at += 1 - ends;
  }
  for (; light_at < front; light_at++)
    cells[list[light_at]] = CELL(PART(weight[list[light_at]] * per_weight), heavy);
  for (; heavy_at > front; heavy_at--) {
    u32 next = list[heavy_at - 1];
    cells[heavy] = CELL(rest < 1 ? PART(rest) : -1u, next);
    rest += weight[next] * per_weight - 1, heavy = next;
  }
  cells[heavy] = CELL(-1, heavy);
}
static void build(void) { alias_build(weights, table, nodes, scratch); }

static inline u32 below(u32 word, u32 bound) {
  word = (word ^ word >> 16) * 0x7feb352d;
  word = (word ^ word >> 15) * 0x846ca68b;
  return (u64)(word ^ word >> 16) * bound >> 32;
}

static void round_robin(void) {
  u32 bound = nodes - 1, epoch = 1, position = 5;
  u32 lefts = ceil(sqrt(bound)), rights = (bound - 1) / lefts + 1, rounds = bound < FEW ? 16 : 8;
  for (u32 node = 0; node < nodes; node++) {
    u32 step, key0 = threefry(SEED, ORDER, epoch, node, &step), rank = position;
    step |= 1;
    do {
      u32 left = rank / rights, right = rank - left * rights, key = key0;
      for (u32 round = 0; round < rounds; round += 2) {
        left += below(right + key, lefts);
        left -= lefts & -(left >= lefts);
        key += step;
        right += below(left + key, rights);
        right -= rights & -(right >= rights);
        key += step;
      }
      rank = left * rights + right;
    } while (rank >= bound);
    out[node] = rank + (rank >= node);
  }
}

static void prepare_weights(void) {
  weights = malloc(nodes * 8ul);
  for (u32 i = 0; i < nodes; i++) {
    u32 word = input_word(i, 7) & 1023;
    weights[i] = 1 + word * word;
  }
  table = malloc(nodes * 8ul);
  build();
}

static void prepare_graph(void) {
  offsets = malloc((nodes + 1) * 4ul);
  targets = malloc(nodes * 4ul * DEGREE);
  for (u32 i = 0; i <= nodes; i++) offsets[i] = i * DEGREE;
  for (u32 i = 0; i < nodes * DEGREE; i++) targets[i] = (u64)input_word(i, 5) * nodes >> 32;
}

static void prepare_groups(void) {
  groups = malloc(nodes * 4ul), members = malloc(nodes * 4ul), starts = calloc(GROUPS + 1, 4);
  table = malloc(GROUPS * GROUPS * 8), weights = malloc(GROUPS * 8);
  for (u32 i = 0; i < nodes; i++) starts[(groups[i] = input_word(i, 9) % GROUPS) + 1]++;
  for (u32 g = 0; g < GROUPS; g++) starts[g + 1] += starts[g];
  u32 next[GROUPS];
  memcpy(next, starts, sizeof next);
  for (u32 i = 0; i < nodes; i++) members[next[groups[i]]++] = i;
  for (u32 own = 0; own < GROUPS; own++) {
    for (u32 g = 0; g < GROUPS; g++)
      weights[g] = (starts[g + 1] - starts[g] - (g == own)) * (g == own ? 64. : 1.);
    alias_build(weights, table + own * GROUPS, GROUPS, scratch);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const char *kernel = argv[1];
  nodes = strtoul(argv[2], 0, 10);
  drawn = nodes < DRAWN_MAX ? nodes : DRAWN_MAX;
  k = strcmp(kernel, "distinct") == 0 ? K : 1;
  out = aligned_alloc(64, nodes * 4ul * K + 64);
  scratch = malloc(nodes * 4ul);
  size_t bytes = nodes * 4ul;
  if (strcmp(kernel, "uniform") == 0) measure(uniform, nodes, out, bytes);
  else if (strcmp(kernel, "distinct") == 0) measure(uniform, nodes * K, out, bytes * K);
  else if (strcmp(kernel, "round-robin") == 0) measure(round_robin, nodes, out, bytes);
  else if (strcmp(kernel, "neighbours") == 0) {
    prepare_graph();
    measure(neighbours, nodes * K, out, bytes * K);
  } else if (strcmp(kernel, "weighted") == 0) {
    prepare_weights();
    measure(weighted, drawn, out, drawn * 4ul);
  } else if (strcmp(kernel, "alias-build") == 0) {
    prepare_weights();
    measure(build, nodes, table, bytes * 2);
  } else if (strcmp(kernel, "group") == 0) {
    prepare_groups();
    measure(by_group, drawn, out, drawn * 4ul);
  } else return 2;
  return 0;
}
