/*
 * C twins of counting and stable filters and of the exact set. Run as `bloom-cells KERNEL SIZE`; kernels and
 * sizes are those of bench/kernels/bloom-cells.ts.
 */
#include "bench.h"

enum { PROBES = 6, STABLE_PROBES = 3, MOST = 3, FADE = 10, SATURATED = 15 };

static uint32_t size;
static size_t bytes;
static uint8_t *filter, *results;
static uint64_t *hashes;

static inline uint32_t mixed(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  return h ^ (h >> 16);
}

static inline uint32_t place(uint64_t hash, uint32_t probe, uint64_t bound) {
  uint32_t step = (uint32_t)(hash >> 32) | 1;
  return (uint32_t)((mixed((uint32_t)hash + probe * step) * bound) >> 32);
}

static void counting_add(uint32_t count) {
  uint8_t *restrict cells = filter;
  const uint64_t *restrict hash = hashes;
  const uint64_t counters = bytes * 2;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t p = 0; p < PROBES; p++) {
      uint32_t at = place(hash[i], p, counters), shift = (at & 1) * 4;
      if (((cells[at >> 1] >> shift) & 15) < SATURATED) cells[at >> 1] += (uint8_t)(1 << shift);
    }
}

static void counting_insert(void) {
  memset(filter, 0, bytes);
  counting_add(size);
}

static void counting_query(void) {
  const uint8_t *restrict cells = filter;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  const uint64_t counters = bytes * 2;
  for (uint32_t i = 0, count = size; i < count; i++) {
    uint32_t hit = 1;
    for (uint32_t p = 0; p < PROBES && hit; p++) {
      uint32_t at = place(hash[i], p, counters);
      hit = ((cells[at >> 1] >> ((at & 1) * 4)) & 15) > 0;
    }
    result[i] = (uint8_t)hit;
  }
}

static void stable_add_unseen(void) {
  uint8_t *restrict cells = filter, *restrict result = results;
  const uint64_t *restrict hash = hashes;
  const uint32_t count = size, all = (uint32_t)bytes;
  memset(cells, 0, bytes);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t at[STABLE_PROBES], fresh = 0;
    for (uint32_t p = 0; p < STABLE_PROBES; p++) {
      at[p] = place(hash[i], p, all);
      fresh |= cells[at[p]] == 0;
    }
    uint32_t cell = (uint32_t)(((uint64_t)mixed(1 + i * 0x9e3779b9U) * all) >> 32);
    if (cell + FADE <= all) {
      for (uint32_t step = 0; step < FADE; step++) cells[cell + step] -= cells[cell + step] > 0;
    } else {
      for (uint32_t step = 0; step < FADE; step++, cell = cell + 1 == all ? 0 : cell + 1)
        cells[cell] -= cells[cell] > 0;
    }
    for (uint32_t p = 0; p < STABLE_PROBES; p++) cells[at[p]] = MOST;
    result[i] = (uint8_t)fresh;
  }
}

static uint64_t mask;
static void seen_add(void) {
  uint64_t *restrict table = (uint64_t *)filter;
  const uint64_t *restrict item = hashes;
  uint8_t *restrict result = results;
  memset(filter, 0, bytes);
  for (uint32_t i = 0, count = size; i < count; i++) {
    uint64_t at = mixed((uint32_t)item[i] + mixed((uint32_t)(item[i] >> 32))) & mask;
    while (table[at] != 0 && table[at] != item[i]) at = (at + 1) & mask;
    result[i] = table[at] == 0;
    table[at] = item[i];
  }
}

static int is(const char *kernel, const char *name) { return strcmp(kernel, name) == 0; }

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *kernel = argv[1];
  size = (uint32_t)strtoul(argv[2], NULL, 10);
  size_t per_key = is(kernel, "seen-add") ? 32 : is(kernel, "stable-add-unseen") ? 2 : 5;
  bytes = (size * per_key + 31) / 32 * 32;
  filter = aligned_alloc(64, (bytes + 63) / 64 * 64);
  memset(filter, 0, bytes);
  hashes = malloc(8 * (size_t)size);
  results = malloc(size);
  for (uint32_t i = 0; i < size; i++) hashes[i] = xxh64_of8(input_word(i, 1), 0);
  for (mask = 1; mask * 2 <= bytes / 8; mask *= 2) continue;
  mask -= 1;
  if (is(kernel, "counting-query")) counting_add(size / 2);
  if (is(kernel, "counting-insert")) measure(counting_insert, size, filter, bytes);
  else if (is(kernel, "counting-query")) measure(counting_query, size, results, size);
  else if (is(kernel, "stable-add-unseen")) measure(stable_add_unseen, size, filter, bytes);
  else if (is(kernel, "seen-add")) measure(seen_add, size, filter, bytes);
  else return 2;
  return 0;
}
