/*
 * The C twins of assembly/kernels/iblt.ts and iblt-rateless.ts: same cells, same order of work. Ids are
 * XXH64 of their index with seed 1, as in bench/kernels/reconcile.ts.
 */
#include <math.h>
#include "bench.h"

typedef struct {
  int32_t count;
  uint32_t check;
  uint64_t ids;
} cell;

typedef struct {
  uint64_t id, state;
  uint32_t next, check;
} source;

#define HASHES 4
#define MULTIPLIER 0xda942042e4dd58b5ULL

static uint32_t size, part_cells, cells;
static uint64_t *ids;
static cell *table, *other, *work, *out;
static uint32_t *stack;
static source *sources, *plus, *minus;
static uint32_t found[2];

static void *zeroed(size_t bytes) {
  void *at = aligned_alloc(64, (bytes + 63) / 64 * 64);
  memset(at, 0, bytes);
  return at;
}

static void make_ids(uint32_t count) {
  ids = zeroed(8ull * count);
  for (uint32_t i = 0; i < count; i++) ids[i] = xxh64_of8(i, 1);
}

static inline uint32_t mixed(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}
static inline uint32_t below(uint32_t word, uint32_t bound) {
  return (uint32_t)((uint64_t)word * bound >> 32);
}
static inline int is_single(const cell *c) { return c->count == 1 || c->count == -1; }
static inline int is_empty(const cell *c) { return c->count == 0 && c->check == 0 && c->ids == 0; }

static void insert(cell *to, const uint64_t *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint64_t id = from[i], hash = xxh64_of8(id, 0);
    uint32_t check = (uint32_t)hash, step = (uint32_t)(hash >> 32), word = check;
    cell *part = to;
    for (int h = 0; h < HASHES; h++, part += part_cells, word += step) {
      cell *c = part + below(mixed(word), part_cells);
      c->count += 1;
      c->check ^= check;
      c->ids ^= id;
    }
  }
}

static void subtract(cell *to, const cell *from, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    to[i].count -= from[i].count;
    to[i].check ^= from[i].check;
    to[i].ids ^= from[i].ids;
  }
}

static uint32_t peel(cell *t) {
  uint32_t peeled = 0;
  for (uint32_t first = 0; first < cells; first++) {
    if (!is_single(t + first)) continue;
    stack[0] = first;
    for (uint32_t depth = 1; depth != 0;) {
      uint32_t index = stack[--depth];
      cell c = t[index];
      if (!is_single(&c)) continue;
      uint64_t hash = xxh64_of8(c.ids, 0);
      uint32_t check = (uint32_t)hash, step = (uint32_t)(hash >> 32), word = check;
      if (check != c.check) continue;
      uint32_t part = index / part_cells;
      if (below(mixed(check + part * step), part_cells) + part * part_cells != index) continue;
      if (peeled == cells) return peeled;
      out[peeled++] = c;
      uint32_t start = 0;
      for (int h = 0; h < HASHES; h++, start += part_cells, word += step) {
        uint32_t at = start + below(mixed(word), part_cells);
        t[at].count -= c.count;
        t[at].check ^= c.check;
        t[at].ids ^= c.ids;
        if (is_single(t + at)) stack[depth++] = at;
      }
    }
  }
  return peeled;
}

static void run_insert(void) {
  memset(table, 0, sizeof(cell) * cells);
  insert(table, ids, size);
}

static void run_decode(void) {
  memcpy(work, table, sizeof(cell) * cells);
  subtract(work, other, cells);
  peel(work);
}

static inline double after(double index, uint64_t state) {
  double skip = ceil((index + 1.5) * (4294967296.0 / sqrt((double)state + 1.0) - 1.0));
  return index + (skip > 1.0 ? skip : 1.0);
}
static inline uint32_t capped(double next) {
  return next < 4294967295.0 ? (uint32_t)next : 0xffffffff;
}

static void encode(cell *to, uint32_t end, source *from, uint32_t count) {
  for (source *s = from; s < from + count; s++) {
    if (s->next >= end) continue;
    uint32_t check = s->check;
    uint64_t state = s->state, id = s->id;
    double next = s->next;
    do {
      cell *c = to + (uint32_t)next;
      c->count += 1;
      c->check ^= check;
      c->ids ^= id;
      state *= MULTIPLIER;
      next = after(next, state);
    } while (next < end);
    s->state = state;
    s->next = capped(next);
  }
}

static void prepare(void) {
  for (uint32_t i = 0; i < size; i++) {
    uint64_t hash = xxh64_of8(ids[i], 0);
    sources[i] = (source){ids[i], hash, 0, (uint32_t)hash};
  }
}

static void run_encode(void) {
  memset(table, 0, sizeof(cell) * cells);
  prepare();
  encode(table, cells, sources, size);
}

static inline int holds_one(const cell *c) {
  return is_single(c) && (uint32_t)xxh64_of8(c->ids, 0) == c->check;
}

static uint32_t decode_symbols(cell *t, uint32_t end) {
  found[0] = found[1] = 0;
  for (uint32_t known = 1; known <= end; known++) {
    stack[0] = known - 1;
    for (uint32_t depth = 1; depth != 0;) {
      cell c = t[stack[--depth]];
      if (!holds_one(&c)) continue;
      uint32_t side = c.count == 1 ? 0 : 1;
      if (found[side] == end) return 0;
      uint64_t hash = xxh64_of8(c.ids, 0), state = hash;
      double next = 0;
      while (next < end) {
        uint32_t index = (uint32_t)next;
        cell *o = t + index;
        o->count -= c.count;
        o->check ^= c.check;
        o->ids ^= c.ids;
        if (index < known && depth < end && holds_one(o)) stack[depth++] = index;
        state *= MULTIPLIER;
        next = after(next, state);
      }
      (side == 0 ? plus : minus)[found[side]++] = (source){c.ids, state, capped(next), c.check};
    }
    if (is_empty(t)) return known;
  }
  return 0;
}

static void run_decode_symbols(void) {
  memcpy(work, table, sizeof(cell) * cells);
  decode_symbols(work, cells);
}

int main(int argc, char **argv) {
  const char *kernel = argc > 1 ? argv[1] : "";
  size = argc > 2 ? (uint32_t)strtod(argv[2], 0) : 1000;
  if (strcmp(kernel, "insert") == 0) {
    part_cells = (size * 3 / 2 + HASHES - 1) / HASHES;
    cells = part_cells * HASHES;
    table = zeroed(sizeof(cell) * cells);
    make_ids(size);
    measure(run_insert, size, table, sizeof(cell) * cells);
  } else if (strcmp(kernel, "decode") == 0) {
    uint32_t shared = size * 9, half = size / 2;
    part_cells = (size * 3 + HASHES - 1) / HASHES;
    cells = part_cells * HASHES;
    table = zeroed(sizeof(cell) * cells);
    other = zeroed(sizeof(cell) * cells);
    work = zeroed(sizeof(cell) * cells);
    out = zeroed(sizeof(cell) * cells);
    stack = zeroed(4ull * HASHES * cells);
    make_ids(shared + size);
    insert(table, ids, shared + half);
    insert(other, ids, shared);
    insert(other, ids + shared + half, size - half);
    measure(run_decode, size, out, sizeof(cell) * size);
  } else {
    cells = size * 3 / 2;
    table = zeroed(sizeof(cell) * cells);
    sources = zeroed(sizeof(source) * size);
    make_ids(size);
    if (strcmp(kernel, "encode") == 0) {
      measure(run_encode, size, table, sizeof(cell) * cells);
    } else {
      run_encode();
      work = zeroed(sizeof(cell) * cells);
      plus = zeroed(sizeof(source) * cells);
      minus = zeroed(sizeof(source) * cells);
      stack = zeroed(4ull * cells);
      measure(run_decode_symbols, size, plus, sizeof(source) * size);
    }
  }
  return 0;
}
