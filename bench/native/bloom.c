/*
 * C twins of the filter kernels: split-block (Parquet's layout), blocked and classic. Run as `bloom KERNEL SIZE`;
 * kernels and sizes are those of bench/kernels/bloom.ts.
 */
#include "bench.h"

/* A block as a vector of the compiler: gcc has no better code for eight words in an array. */
typedef uint32_t words8 __attribute__((vector_size(32)));
typedef uint64_t longs4 __attribute__((vector_size(32)));

static uint32_t size, blocks, probes = 6;
static uint64_t bits;
static uint32_t *filter, *nodes, *messages;
static uint64_t *hashes;
static uint8_t *results;

static inline words8 mask_of(uint32_t low) {
  const words8 salts = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                        0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};
  return ((words8){} + 1) << ((salts * low) >> 27);
}

static inline size_t block_of(uint64_t hash, uint64_t count) {
  return (uint32_t)(((hash >> 32) * count) >> 32);
}

static inline int is_zero(words8 lacking) {
  longs4 l = (longs4)lacking;
  return (l[0] | l[1] | l[2] | l[3]) == 0;
}

static inline int add(words8 *block, words8 mask) {
  words8 held = *block;
  *block = held | mask;
  return !is_zero(mask & ~held);
}

static void split_insert(void) {
  words8 *restrict block = (words8 *)filter;
  const uint64_t *restrict hash = hashes;
  for (uint32_t i = 0, count = size, all = blocks; i < count; i++)
    block[block_of(hash[i], all)] |= mask_of((uint32_t)hash[i]);
}

static void split_query(void) {
  const words8 *restrict block = (words8 *)filter;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  for (uint32_t i = 0, count = size, all = blocks; i < count; i++)
    result[i] = (uint8_t)is_zero(mask_of((uint32_t)hash[i]) & ~block[block_of(hash[i], all)]);
}

static void split_add_unseen(void) {
  words8 *restrict block = (words8 *)filter;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  memset(filter, 0, (size_t)blocks * 32);
  for (uint32_t i = 0, count = size, all = blocks; i < count; i++)
    result[i] = (uint8_t)add(block + block_of(hash[i], all), mask_of((uint32_t)hash[i]));
}

static void population(void) {
  words8 *restrict block = (words8 *)filter;
  const uint32_t *restrict message = messages, *restrict node = nodes;
  uint8_t *restrict result = results;
  memset(filter, 0, (size_t)size * blocks * 32);
  for (uint32_t i = 0, count = size, own = blocks; i < count; i++) {
    uint64_t hash = xxh64_of8(message[i], 0);
    size_t at = (size_t)node[i] * own + block_of(hash, own);
    result[i] = (uint8_t)add(block + at, mask_of((uint32_t)hash));
  }
}

static inline uint32_t mixed(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  return h ^ (h >> 16);
}

static void classic_insert(void) {
  uint32_t *restrict words = filter;
  const uint64_t *restrict hash = hashes;
  const uint64_t all = bits;
  for (uint32_t i = 0, count = size, places = probes; i < count; i++) {
    uint32_t word = (uint32_t)hash[i], step = (uint32_t)(hash[i] >> 32) | 1;
    for (uint32_t p = 0; p < places; p++, word += step) {
      uint32_t at = (uint32_t)((mixed(word) * all) >> 32);
      words[at >> 5] |= 1U << (at & 31);
    }
  }
}

static void classic_query(void) {
  const uint32_t *restrict words = filter;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  const uint64_t all = bits;
  for (uint32_t i = 0, count = size, places = probes; i < count; i++) {
    uint32_t word = (uint32_t)hash[i], step = (uint32_t)(hash[i] >> 32) | 1, hit = 1;
    for (uint32_t p = 0; p < places && hit; p++, word += step) {
      uint32_t at = (uint32_t)((mixed(word) * all) >> 32);
      hit = (words[at >> 5] >> (at & 31)) & 1;
    }
    result[i] = (uint8_t)hit;
  }
}

/* Blocks of 512 bits, a cache line. */
static inline uint32_t *line_of(uint32_t *words, uint64_t hash, uint64_t lines) {
  return words + 16 * (uint32_t)(((hash >> 32) * lines) >> 32);
}

static void blocked_insert(void) {
  uint32_t *restrict words = filter;
  const uint64_t *restrict hash = hashes;
  for (uint32_t i = 0, count = size, lines = blocks / 2, places = probes; i < count; i++) {
    uint32_t *line = line_of(words, hash[i], lines);
    uint32_t word = (uint32_t)hash[i], step = (uint32_t)(hash[i] >> 32) | 1;
    for (uint32_t p = 0; p < places; p++, word += step) {
      uint32_t at = mixed(word) >> 23;
      line[at >> 5] |= 1U << (at & 31);
    }
  }
}

static void blocked_query(void) {
  uint32_t *restrict words = filter;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  for (uint32_t i = 0, count = size, lines = blocks / 2, places = probes; i < count; i++) {
    const uint32_t *line = line_of(words, hash[i], lines);
    uint32_t word = (uint32_t)hash[i], step = (uint32_t)(hash[i] >> 32) | 1, hit = 1;
    for (uint32_t p = 0; p < places && hit; p++, word += step) {
      uint32_t at = mixed(word) >> 23;
      hit = (line[at >> 5] >> (at & 31)) & 1;
    }
    result[i] = (uint8_t)hit;
  }
}

static void rotating_add(void) {
  uint32_t half = blocks / 2;
  words8 *restrict active = (words8 *)filter, *restrict other = active + half;
  const uint64_t *restrict hash = hashes;
  uint8_t *restrict result = results;
  memset(filter, 0, (size_t)blocks * 32);
  for (uint32_t i = 0, count = size; i < count; i++) {
    words8 mask = mask_of((uint32_t)hash[i]);
    size_t at = block_of(hash[i], half);
    int fresh = add(active + at, mask);
    result[i] = (uint8_t)(fresh & !is_zero(mask & ~other[at]));
  }
}

static void unite(void) {
  words8 *restrict into = (words8 *)filter, *restrict from = into + blocks / 2;
  for (size_t i = 0, count = blocks / 2; i < count; i++) into[i] |= from[i];
}

static void hash_keys(void) {
  for (uint32_t i = 0; i < size; i++) hashes[i] = xxh64_of8(messages[i], 0);
}

static uint64_t ones_found;
static void ones(void) {
  const uint64_t *words = (const uint64_t *)filter;
  uint64_t found = 0;
  for (size_t i = 0; i < (size_t)blocks * 4; i++) found += (uint64_t)__builtin_popcountll(words[i]);
  ones_found = found;
}

static int is(const char *kernel, const char *name) { return strcmp(kernel, name) == 0; }

/* Half of the keys are in when all are asked for. */
static void insert_half(void (*insert)(void)) {
  size /= 2;
  insert();
  size *= 2;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *kernel = argv[1];
  size = (uint32_t)strtoul(argv[2], NULL, 10);
  int is_population = is(kernel, "population");
  int is_double = is(kernel, "rotating-add") || is(kernel, "union");
  /* 16 bits a key, 32 in two filters; a population has one key and two blocks a node. */
  blocks = is_population ? 2 : is_double ? (size + 7) / 8 : (size + 15) / 16;
  bits = (uint64_t)blocks * 256;
  size_t bytes = (size_t)(is_population ? size : 1) * blocks * 32;
  filter = aligned_alloc(64, (bytes + 63) / 64 * 64);
  memset(filter, 0, bytes);
  hashes = malloc(8 * (size_t)size);
  nodes = malloc(4 * (size_t)size);
  messages = malloc(4 * (size_t)size);
  results = malloc(size);
  for (uint32_t i = 0; i < size; i++) {
    messages[i] = input_word(i, 1);
    nodes[i] = input_word(i, 2) % size;
    hashes[i] = xxh64_of8(messages[i], 0);
  }
  if (is(kernel, "split-query")) insert_half(split_insert);
  if (is(kernel, "classic-query")) insert_half(classic_insert);
  if (is(kernel, "blocked-query")) insert_half(blocked_insert);
  if (is(kernel, "union") || is(kernel, "ones")) split_insert();
  if (is(kernel, "split-insert")) measure(split_insert, size, filter, bytes);
  else if (is(kernel, "split-query")) measure(split_query, size, results, size);
  else if (is(kernel, "split-add-unseen")) measure(split_add_unseen, size, results, size);
  else if (is_population) measure(population, size, results, size);
  else if (is(kernel, "classic-insert")) measure(classic_insert, size, filter, bytes);
  else if (is(kernel, "classic-query")) measure(classic_query, size, results, size);
  else if (is(kernel, "blocked-insert")) measure(blocked_insert, size, filter, bytes);
  else if (is(kernel, "blocked-query")) measure(blocked_query, size, results, size);
  else if (is(kernel, "rotating-add")) measure(rotating_add, size, results, size);
  else if (is(kernel, "union")) measure(unite, (double)(blocks / 2) * 32, filter, bytes);
  else if (is(kernel, "hash-keys")) measure(hash_keys, size, hashes, 8 * (size_t)size);
  else if (is(kernel, "ones")) measure(ones, (double)bytes, &ones_found, 8);
  else return 2;
  return 0;
}
