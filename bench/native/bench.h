/*
 * What the C twins of the kernels share: a clock, XXH64 (xxHash specification), the inputs of
 * bench/kernels/bench.ts, and the one line they print. A twin runs a block at least 9 times and
 * prints the median.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PRIME_1 0x9e3779b185ebca87ULL
#define PRIME_2 0xc2b2ae3d27d4eb4fULL
#define PRIME_3 0x165667b19e3779f9ULL
#define PRIME_4 0x85ebca77c2b2ae63ULL
#define PRIME_5 0x27d4eb2f165667c5ULL

static inline uint64_t rotl64(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }
static inline uint64_t xxh_round(uint64_t lane, uint64_t word) {
  return rotl64(lane + word * PRIME_2, 31) * PRIME_1;
}
static inline uint64_t xxh_absorb8(uint64_t hash, uint64_t word) {
  return rotl64(hash ^ xxh_round(0, word), 27) * PRIME_1 + PRIME_4;
}
static inline uint64_t xxh_finish(uint64_t h) {
  h = (h ^ (h >> 33)) * PRIME_2;
  h = (h ^ (h >> 29)) * PRIME_3;
  return h ^ (h >> 32);
}
static inline uint64_t xxh64_of8(uint64_t word, uint64_t seed) {
  return xxh_finish(xxh_absorb8(seed + PRIME_5 + 8, word));
}
static inline uint64_t xxh64_of16(uint64_t a, uint64_t b) {
  return xxh_finish(xxh_absorb8(xxh_absorb8(PRIME_5 + 16, a), b));
}
static inline uint64_t xxh64(const void *data, size_t bytes, uint64_t seed) {
  const uint8_t *p = data, *end = p + bytes;
  uint64_t hash, word;
  uint32_t half;
  if (bytes >= 32) {
    uint64_t lane[4] = {seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1};
    for (; p + 32 <= end; p += 32)
      for (int i = 0; i < 4; i++) {
        memcpy(&word, p + 8 * i, 8);
        lane[i] = xxh_round(lane[i], word);
      }
    hash = rotl64(lane[0], 1) + rotl64(lane[1], 7) + rotl64(lane[2], 12) + rotl64(lane[3], 18);
    for (int i = 0; i < 4; i++) hash = (hash ^ xxh_round(0, lane[i])) * PRIME_1 + PRIME_4;
  } else {
    hash = seed + PRIME_5;
  }
  hash += bytes;
  for (; p + 8 <= end; p += 8) {
    memcpy(&word, p, 8);
    hash = xxh_absorb8(hash, word);
  }
  if (p + 4 <= end) {
    memcpy(&half, p, 4);
    hash = rotl64(hash ^ (half * PRIME_1), 23) * PRIME_2 + PRIME_3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl64(hash ^ (*p * PRIME_5), 11) * PRIME_1;
  return xxh_finish(hash);
}

/* The same as inputWords(count, seed)[index]. */
static inline uint32_t input_word(uint32_t index, uint32_t seed) {
  return (uint32_t)xxh64_of8(index, seed);
}

static inline double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/*
 * Times `run` until 9 blocks and 100 ms have passed, at most 2000 blocks, and prints the median per
 * operation with the digest of the `bytes` bytes at `result`.
 */
static inline void measure(void (*run)(void), double operations, const void *result, size_t bytes) {
  static double times[2000];
  int count = 0;
  double begin = now_ns();
  run(); /* warm: pages touched, caches filled */
  while (count < 2000 && (count < 9 || now_ns() - begin < 1e8)) {
    double start = now_ns();
    run();
    times[count++] = now_ns() - start;
  }
  qsort(times, count, sizeof *times, by_value);
  printf("%.4f %016llx\n", times[count / 2] / operations,
         (unsigned long long)xxh64(result, bytes, 0));
}
