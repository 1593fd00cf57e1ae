/* C twin of assembly/kernels/xxhash.ts: program xxh64 BYTES hashes inputs of BYTES bytes one by one. */
#include "bench.h"

enum { TOTAL_BYTES = 1 << 18 };

static uint8_t *input;
static uint64_t *hashes;
static uint32_t size, count;

/* Kept apart, as a library's function is: a caller with another size must not be specialised for. */
__attribute__((noinline)) static uint64_t hash_of(const void *data, size_t bytes) {
  return xxh64(data, bytes, 0);
}

static void run(void) {
  for (uint32_t i = 0; i < count; i++) hashes[i] = hash_of(input + (size_t)i * size, size);
}

int main(int argc, char **argv) {
  size = argc > 2 ? (uint32_t)strtod(argv[2], 0) : 8;
  count = size >= TOTAL_BYTES ? 1 : TOTAL_BYTES / size;
  input = malloc((size_t)count * size);
  hashes = malloc(8ull * count);
  for (uint32_t i = 0; i < count * size / 4; i++) {
    uint32_t word = input_word(i, 1);
    memcpy(input + 4 * i, &word, 4);
  }
  measure(run, count, hashes, 8ull * count);
  return 0;
}
