/*
 * The bit-level push-pull round of assembly/kernels/rumor.ts in C, for the yardstick "how far is WASM
 * from gcc -O3 -march=native on the same loop". Same generator (xoshiro128++, four lanes per block of
 * 1024, here seeded by splitmix), same branch-free words of 32 nodes, same merge.
 * Prints one line per trial: rounds, ns per node and round.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint32_t u32;
typedef uint64_t u64;
enum { BLOCK = 1024 };

static u32 rotl(u32 x, int k) { return (x << k) | (x >> (32 - k)); }

static u64 splitmix(u64 *state) {
  u64 z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void peers(u32 *out, u32 nodes, u64 seed, u32 round, u32 block) {
  u32 a[4], b[4], c[4], d[4];
  u64 state = seed * 0x100000001b3ull ^ ((u64)round << 32 | block);
  for (int l = 0; l < 4; l++) {
    u64 x = splitmix(&state), y = splitmix(&state);
    a[l] = (u32)x; b[l] = (u32)(x >> 32); c[l] = (u32)y; d[l] = (u32)(y >> 32);
  }
  u32 bound = nodes - 1, reject = -bound % bound, first = block * BLOCK;
  for (u32 i = 0; i < BLOCK; i += 4) {
    for (int l = 0; l < 4; l++) {
      u32 word = rotl(a[l] + d[l], 7) + a[l], t = b[l] << 9;
      c[l] ^= a[l]; d[l] ^= b[l]; b[l] ^= c[l]; a[l] ^= d[l]; c[l] ^= t; d[l] = rotl(d[l], 11);
      u64 product = (u64)word * bound;
      while ((u32)product < reject) product = (u64)(u32)splitmix(&state) * bound;
      u32 peer = (u32)(product >> 32);
      out[i + l] = peer + (peer >= first + i + l);
    }
  }
}

static void round_of(const u32 *informed, u32 *next, u32 nodes, u64 seed, u32 round) {
  static u32 calls[BLOCK];
  for (u32 first = 0; first < nodes; first += BLOCK) {
    peers(calls, nodes, seed, round, first / BLOCK);
    u32 size = nodes - first < BLOCK ? nodes - first : BLOCK;
    for (u32 n = 0; n < size; n += 32) {
      u32 mask = size - n >= 32 ? ~0u : (1u << (size - n)) - 1;
      u32 callers = informed[(first + n) >> 5], answers = 0;
      const u32 *call = calls + n;
      if (callers == 0) {
        for (int i = 0; i < 32; i++) answers |= (informed[call[i] >> 5] >> (call[i] & 31) & 1) << i;
      } else {
        for (int i = 0; i < 32; i++) {
          u32 p = call[i];
          answers |= (informed[p >> 5] >> (p & 31) & 1) << i;
          next[p >> 5] |= (callers >> i & 1) << (p & 31);
        }
      }
      next[(first + n) >> 5] |= answers & mask;
    }
  }
}

int main(int argc, char **argv) {
  u32 nodes = argc > 1 ? (u32)strtod(argv[1], 0) : 1000000;
  int trials = argc > 2 ? atoi(argv[2]) : 5;
  u32 words = (nodes + BLOCK - 1) / BLOCK * (BLOCK / 32);
  u32 *informed = calloc(words, 4), *next = calloc(words, 4);
  for (int trial = 0; trial < trials; trial++) {
    struct timespec start, end;
    memset(informed, 0, words * 4ul);
    informed[0] = 1;
    u32 count = 1, rounds = 0;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (; count < nodes; rounds++) {
      round_of(informed, next, nodes, trial + 1, rounds);
      for (u32 w = 0; w < words; w++) {
        u32 fresh = next[w] & ~informed[w];
        next[w] = 0;
        count += __builtin_popcount(fresh);
        informed[w] |= fresh;
      }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double ns = (end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec);
    printf("%u %.4f\n", rounds, ns / nodes / rounds);
  }
  return 0;
}
