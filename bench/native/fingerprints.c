/*
 * C twins of cuckoo and binary fuse filters. Run as `fingerprints KERNEL SIZE`; kernels and sizes are those
 * of bench/kernels/fingerprints.ts.
 */
#include <math.h>
#include "bench.h"

enum { KICKS_MAX = 500 };

static uint32_t size, buckets, width, starts, slots;
static size_t bytes;
static uint8_t *filter, *results, *prints;
static uint64_t *hashes;
static uint32_t *links, *queue, *order, *places;

static inline uint32_t scaled(uint32_t word, uint32_t bound) {
  return (uint32_t)(((uint64_t)word * bound) >> 32);
}
static inline uint32_t cuckoo_print(uint64_t hash) { return 1 + scaled((uint32_t)hash, 255); }
static inline uint32_t other_bucket(uint32_t bucket, uint32_t print) {
  uint32_t sum = scaled(print * 0x9e3779b9U, buckets);
  return sum >= bucket ? sum - bucket : sum + buckets - bucket;
}

static inline int put(uint32_t bucket, uint32_t print) {
  for (uint8_t *slot = filter + 4 * bucket, *end = slot + 4; slot < end; slot++)
    if (*slot == 0) {
      *slot = (uint8_t)print;
      return 1;
    }
  return 0;
}

static int kick(uint32_t homeless, uint32_t bucket, uint32_t state) {
  static uint32_t path[KICKS_MAX];
  for (int step = 0; step < KICKS_MAX; step++) {
    state = state * 1664525 + 1013904223;
    path[step] = 4 * bucket + (state >> 30);
    uint8_t moved = filter[path[step]];
    filter[path[step]] = (uint8_t)homeless;
    homeless = moved;
    bucket = other_bucket(bucket, homeless);
    if (put(bucket, homeless)) return 1;
  }
  for (int step = KICKS_MAX - 1; step >= 0; step--) {
    uint8_t moved = filter[path[step]];
    filter[path[step]] = (uint8_t)homeless;
    homeless = moved;
  }
  return 0;
}

static void cuckoo_add(uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t print = cuckoo_print(hashes[i]), first = scaled((uint32_t)(hashes[i] >> 32), buckets);
    if (put(first, print)) continue;
    uint32_t second = other_bucket(first, print);
    if (!put(second, print) && !kick(print, second, (uint32_t)hashes[i])) return;
  }
}

static void cuckoo_insert(void) {
  memset(filter, 0, bytes);
  cuckoo_add(size);
}

static inline int is_in(uint32_t bucket, uint32_t print) {
  uint32_t held;
  memcpy(&held, filter + 4 * bucket, 4);
  held ^= print * 0x01010101U;
  return ((held - 0x01010101U) & ~held & 0x80808080U) != 0;
}

static void cuckoo_query(void) {
  uint8_t *restrict result = results;
  for (uint32_t i = 0, count = size; i < count; i++) {
    uint32_t print = cuckoo_print(hashes[i]), first = scaled((uint32_t)(hashes[i] >> 32), buckets);
    result[i] = (uint8_t)(is_in(first, print) | is_in(other_bucket(first, print), print));
  }
}

static inline uint32_t fuse_place(uint64_t hash, uint32_t start, uint32_t part) {
  uint32_t offset = part == 1 ? (uint32_t)(hash >> 18) : (uint32_t)hash;
  return (start + part * width) ^ (offset & (width - 1));
}
static inline uint8_t fuse_print(uint64_t hash) { return (uint8_t)(hash ^ (hash >> 32)); }
static inline uint32_t link_key(uint32_t slot, uint32_t key, int by) {
  links[2 * slot + 1] ^= key;
  return links[2 * slot] += (uint32_t)by;
}

static int peel(void) {
  uint32_t waiting = 0, peeled = 0;
  for (uint32_t key = 0; key < size; key++)
    for (int part = 0; part < 3; part++) link_key(places[3 * key + part], key, 1);
  for (uint32_t slot = 0; slot < slots; slot++)
    if (links[2 * slot] == 1) queue[waiting++] = slot;
  for (uint32_t next = 0; next < waiting; next++) {
    uint32_t slot = queue[next], key = links[2 * slot + 1];
    if (links[2 * slot] != 1) continue;
    queue[peeled] = slot;
    order[peeled++] = key;
    for (int part = 0; part < 3; part++) {
      uint32_t other = places[3 * key + part];
      if (link_key(other, key, -1) == 1) queue[waiting++] = other;
    }
  }
  if (peeled != size) return 0;
  while (peeled-- > 0) {
    const uint32_t *at = places + 3 * order[peeled];
    filter[queue[peeled]] = prints[order[peeled]] ^ filter[at[0]] ^ filter[at[1]] ^ filter[at[2]];
  }
  return 1;
}

static void fuse_build(void) {
  /* All 40 bytes a key are cleared, as the bench of the kernels does. */
  memset(filter, 0, bytes);
  for (uint32_t i = 0; i < size; i++) {
    uint32_t start = scaled((uint32_t)(hashes[i] >> 32), starts);
    places[3 * i] = start;
    places[3 * i + 1] = fuse_place(hashes[i], start, 1);
    places[3 * i + 2] = fuse_place(hashes[i], start, 2);
    prints[i] = fuse_print(hashes[i]);
  }
  if (!peel()) exit(3);
}

static void fuse_query(void) {
  const uint8_t *restrict table = filter;
  uint8_t *restrict result = results;
  for (uint32_t i = 0, count = size; i < count; i++) {
    uint64_t hash = hashes[i];
    uint32_t start = scaled((uint32_t)(hash >> 32), starts);
    uint8_t held = table[start] ^ table[fuse_place(hash, start, 1)] ^ table[fuse_place(hash, start, 2)];
    result[i] = held == fuse_print(hash);
  }
}

static int is(const char *kernel, const char *name) { return strcmp(kernel, name) == 0; }

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *kernel = argv[1];
  size = (uint32_t)strtoul(argv[2], NULL, 10);
  bytes = ((size_t)size * (is(kernel, "fuse-build") ? 40 : 2) + 31) / 32 * 32;
  filter = aligned_alloc(64, (bytes + 63) / 64 * 64);
  memset(filter, 0, bytes);
  hashes = malloc(8 * (size_t)size);
  results = malloc(size);
  for (uint32_t i = 0; i < size; i++) hashes[i] = xxh64_of8(input_word(i, 1), 0);
  /* None twice: equal keys hold each other for ever. */
  if (is(kernel, "fuse-build"))
    for (uint32_t i = 0; i < size; i++) hashes[i] = xxh64_of8(i, 0);
  buckets = (uint32_t)ceil(size / (4 * 0.95));
  width = 1U << (uint32_t)floor(log2(size) * 9 / 16 + 2.25);
  starts = ((uint32_t)ceil(size * 1.3 / width) - 2) * width;
  slots = starts + 2 * width;
  links = (uint32_t *)(filter + slots);
  queue = links + 2 * slots;
  order = queue + slots;
  places = order + size;
  prints = (uint8_t *)(places + 3 * size);
  if (is(kernel, "cuckoo-insert")) measure(cuckoo_insert, size, filter, 4 * (size_t)buckets);
  else if (is(kernel, "cuckoo-query")) {
    cuckoo_add(size / 2);
    measure(cuckoo_query, size, results, size);
  } else if (is(kernel, "fuse-build")) measure(fuse_build, size, filter, slots);
  else if (is(kernel, "fuse-query")) {
    memcpy(filter, hashes, bytes);
    measure(fuse_query, size, results, size);
  } else return 2;
  return 0;
}
