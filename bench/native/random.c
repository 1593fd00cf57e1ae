/* C twins of the benches of bench/kernels/random.ts: random KERNEL SIZE. */
#include "bench.h"
#include "words.h"

enum { BLOCK = 1024, SEED = 1, TICK = 3, PURPOSE = 2, PEER = 0x10000000, REDRAW = 0x20000000 };

static u32 size, *out;

static void raw_blocks(void) {
  for (u32 block = 0; block < size / BLOCK; block++) {
    raw_words(out + block * BLOCK, BLOCK, SEED, PURPOSE, TICK, block);
  }
}

static void peer_blocks(void) {
  u32 bound = size - 1, reject = reject_below(bound);
  for (u32 block = 0; block < size / BLOCK; block++) {
    u32 *peers = out + block * BLOCK, first = block * BLOCK, rejected = 0;
    static u32 words[BLOCK];
    raw_words(words, BLOCK, SEED, PEER, TICK, block);
    for (u32 i = 0; i < BLOCK; i++) {
      u64 product = (u64)words[i] * bound;
      u32 peer = product >> 32;
      rejected |= (u32)product < reject;
      peers[i] = peer + (peer >= first + i);
    }
    if (rejected == 0) continue;
    for (u32 i = 0; i < BLOCK; i++) {
      if ((u32)(words[i] * bound) >= reject) continue;
      u32 peer = draw_below(SEED, REDRAW, TICK, first + i, bound);
      peers[i] = peer + (peer >= first + i);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  size = strtoul(argv[2], 0, 10);
  out = aligned_alloc(64, (size_t)size * 4 + 64);
  if (strcmp(argv[1], "raw-words") == 0) measure(raw_blocks, size, out, (size_t)size * 4);
  else if (strcmp(argv[1], "peer-block") == 0) measure(peer_blocks, size, out, (size_t)size * 4);
  else return 2;
  return 0;
}
