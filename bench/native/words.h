/*
 * The generator of assembly/kernels/random.ts for the C twins: Threefry-2x32-13, eight counters at once
 * where a stream is seeded, and four interleaved xoshiro128++ as one vector of the compiler.
 */
#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;
typedef u32 lanes4 __attribute__((vector_size(16)));
typedef u32 lanes8 __attribute__((vector_size(32)));

#define ROTL(x, by) (((x) << (by)) | ((x) >> (32 - (by))))
#define MIX(x, y, by) x += y, y = ROTL(y, by) ^ x
#define THREEFRY_13(x, y, key0, key1)                                                  \
  do {                                                                                 \
    u32 key2 = 0x1bd11bda ^ (key0) ^ (key1);                                           \
    x += key0, y += key1;                                                              \
    MIX(x, y, 13), MIX(x, y, 15), MIX(x, y, 26), MIX(x, y, 6);                         \
    x += key1, y += key2 + 1;                                                          \
    MIX(x, y, 17), MIX(x, y, 29), MIX(x, y, 16), MIX(x, y, 24);                        \
    x += key2, y += (key0) + 2;                                                        \
    MIX(x, y, 13), MIX(x, y, 15), MIX(x, y, 26), MIX(x, y, 6);                         \
    x += key0, y += (key1) + 3;                                                        \
    MIX(x, y, 17);                                                                     \
  } while (0)

static inline u32 threefry(u32 key0, u32 key1, u32 counter0, u32 counter1, u32 *second) {
  u32 x = counter0, y = counter1;
  THREEFRY_13(x, y, key0, key1);
  *second = y;
  return x;
}

static inline u32 reject_below(u32 bound) { return -bound % bound; }

static inline u32 draw_below(u32 seed, u32 purpose, u32 tick, u32 node, u32 bound) {
  u32 unused;
  for (u32 attempt = 0;; attempt++) {
    u64 product = (u64)threefry(seed, purpose | attempt << 8, tick, node, &unused) * bound;
    if ((u32)product >= bound || (u32)product >= reject_below(bound)) return product >> 32;
  }
}

static inline void raw_words(u32 *out, u32 count, u32 seed, u32 purpose, u32 tick, u32 stream) {
  lanes8 x = (lanes8){} + tick, y = (lanes8){0, 2, 4, 6, 1, 3, 5, 7} + (stream << 3);
  THREEFRY_13(x, y, seed, purpose);
  lanes4 a = {x[0], x[1], x[2], x[3]}, b = {y[0], y[1], y[2], y[3]};
  lanes4 c = {x[4], x[5], x[6], x[7]}, d = {y[4], y[5], y[6], y[7]};
  for (u32 i = 0; i < count; i += 4) {
    lanes4 sum = a + d, t = b << 9;
    *(lanes4 *)(out + i) = ROTL(sum, 7) + a;
    c ^= a, d ^= b, b ^= c, a ^= d, c ^= t, d = ROTL(d, 11);
  }
}
