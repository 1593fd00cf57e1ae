/*
 * C twins of the filter kernels: split-block (Parquet's layout) and classic. Run as `bloom KERNEL SIZE`;
 * kernels and sizes are those of bench/kernels/bloom.ts.
 */
#include "bench.h"

static const uint32_t SALTS[8] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU, 0xa2b7289dU,
                                  0x705495c7U, 0x2df1424bU, 0x9efc4947U, 0x5c6bfb31U};

static uint32_t size, blocks, probes = 6;
static uint64_t bits;
static uint32_t *filter, *nodes, *messages;
static uint64_t *hashes;
static uint8_t *results;

static inline uint32_t *block_of(uint64_t hash) {
  return filter + 8 * (uint32_t)(((hash >> 32) * blocks) >> 32);
}

static inline void masks(uint32_t low, uint32_t mask[8]) {
  for (int i = 0; i < 8; i++) mask[i] = 1U << ((low * SALTS[i]) >> 27);
}

static inline int add(uint32_t *block, const uint32_t mask[8]) {
  uint32_t lacking = 0;
  for (int i = 0; i < 8; i++) {
    lacking |= mask[i] & ~block[i];
    block[i] |= mask[i];
  }
  return lacking != 0;
}

static inline int has(const uint32_t *block, const uint32_t mask[8]) {
  uint32_t lacking = 0;
  for (int i = 0; i < 8; i++) lacking |= mask[i] & ~block[i];
  return lacking == 0;
}

static void split_insert(void) {
  uint32_t mask[8];
  for (uint32_t i = 0; i < size; i++) {
    masks((uint32_t)hashes[i], mask);
    uint32_t *block = block_of(hashes[i]);
    for (int w = 0; w < 8; w++) block[w] |= mask[w];
  }
}

static void split_query(void) {
  uint32_t mask[8];
  for (uint32_t i = 0; i < size; i++) {
    masks((uint32_t)hashes[i], mask);
    results[i] = (uint8_t)has(block_of(hashes[i]), mask);
  }
}

static void split_add_unseen(void) {
  uint32_t mask[8];
  memset(filter, 0, (size_t)blocks * 32);
  for (uint32_t i = 0; i < size; i++) {
    masks((uint32_t)hashes[i], mask);
    results[i] = (uint8_t)add(block_of(hashes[i]), mask);
  }
}

static void population(void) {
  uint32_t mask[8];
  memset(filter, 0, (size_t)size * blocks * 32);
  for (uint32_t i = 0; i < size; i++) {
    uint64_t hash = xxh64_of8(messages[i], 0);
    masks((uint32_t)hash, mask);
    uint32_t *own = filter + (size_t)nodes[i] * blocks * 8;
    results[i] = (uint8_t)add(own + 8 * (uint32_t)(((hash >> 32) * blocks) >> 32), mask);
  }
}

static inline uint32_t mixed(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x85ebca6bU;
  h = (h ^ (h >> 13)) * 0xc2b2ae35U;
  return h ^ (h >> 16);
}

static inline uint32_t place(uint64_t hash, uint32_t probe) {
  uint32_t high = (uint32_t)(hash >> 32);
  return (uint32_t)((mixed((uint32_t)hash + probe * (high | 1)) * bits) >> 32);
}

static void classic_insert(void) {
  uint8_t *bytes = (uint8_t *)filter;
  for (uint32_t i = 0; i < size; i++)
    for (uint32_t p = 0; p < probes; p++) {
      uint32_t at = place(hashes[i], p);
      bytes[at >> 3] |= (uint8_t)(1U << (at & 7));
    }
}

static void classic_query(void) {
  const uint8_t *bytes = (const uint8_t *)filter;
  for (uint32_t i = 0; i < size; i++) {
    uint32_t hit = 1;
    for (uint32_t p = 0; p < probes && hit; p++) {
      uint32_t at = place(hashes[i], p);
      hit = (bytes[at >> 3] >> (at & 7)) & 1;
    }
    results[i] = (uint8_t)hit;
  }
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

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *kernel = argv[1];
  size = (uint32_t)strtoul(argv[2], NULL, 10);
  int is_population = strcmp(kernel, "population") == 0;
  /* 16 bits a key; a population has one key and two blocks a node. */
  blocks = is_population ? 2 : (size + 15) / 16;
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
  if (strcmp(kernel, "split-insert") == 0) measure(split_insert, size, filter, bytes);
  else if (strcmp(kernel, "split-query") == 0) {
    size /= 2;
    split_insert();
    size *= 2;
    measure(split_query, size, results, size);
  } else if (strcmp(kernel, "split-add-unseen") == 0) measure(split_add_unseen, size, results, size);
  else if (is_population) measure(population, size, results, size);
  else if (strcmp(kernel, "classic-insert") == 0) measure(classic_insert, size, filter, bytes);
  else if (strcmp(kernel, "classic-query") == 0) {
    size /= 2;
    classic_insert();
    size *= 2;
    measure(classic_query, size, results, size);
  } else if (strcmp(kernel, "hash-keys") == 0) measure(hash_keys, size, hashes, 8 * (size_t)size);
  else if (strcmp(kernel, "ones") == 0) {
    split_insert();
    measure(ones, (double)bytes, &ones_found, 8);
  } else return 2;
  return 0;
}
