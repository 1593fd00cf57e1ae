/*
 * C twins of assembly/kernels/merkle.ts: the same trees, inputs and results.
 * program KERNEL SIZE: build-2, build-16, levels-2, levels-16, update-2, update-16, few-2, few-16, many-2,
 * many-16 over SIZE leaves; population-update, population-diff over SIZE nodes of 64 leaves, fanout 16.
 */
#include "bench.h"

#define ABSENT (~0ULL)
enum { FEW = 10, FEW_REPEATS = 64, MANY_SHARE = 16, UPDATES = 4096, BLOCK = 64, POPULATION_LEAVES = 64 };

static uint32_t leaf_bits, fanout_bits, size;

static uint32_t root_bits(void) {
  uint32_t rest = leaf_bits % fanout_bits;
  return rest == 0 ? fanout_bits : rest;
}
/* Nodes before the level of 2^bits nodes. */
static size_t level_at(uint32_t bits) {
  return 1 + ((1u << bits) - (1u << root_bits())) / ((1u << fanout_bits) - 1);
}
static size_t nodes_of_tree(void) { return level_at(leaf_bits) + (1u << leaf_bits); }
static uint32_t leaf_of(uint64_t key) { return xxh64_of8(key, 0) >> (64 - leaf_bits); }
static uint64_t item_hash(uint64_t key, uint64_t version) {
  return version == ABSENT ? 0 : xxh64_of16(key, version);
}

/* XXH64 of 4, 8 or 16 children. */
static inline uint64_t hash_stripes(const uint64_t *p, uint32_t count) {
  uint64_t a = PRIME_1 + PRIME_2, b = PRIME_2, c = 0, d = 0 - PRIME_1;
  for (uint32_t i = 0; i < count; i += 4) {
    a = xxh_round(a, p[i]);
    b = xxh_round(b, p[i + 1]);
    c = xxh_round(c, p[i + 2]);
    d = xxh_round(d, p[i + 3]);
  }
  uint64_t h = rotl64(a, 1) + rotl64(b, 7) + rotl64(c, 12) + rotl64(d, 18);
  h = (h ^ xxh_round(0, a)) * PRIME_1 + PRIME_4;
  h = (h ^ xxh_round(0, b)) * PRIME_1 + PRIME_4;
  h = (h ^ xxh_round(0, c)) * PRIME_1 + PRIME_4;
  h = (h ^ xxh_round(0, d)) * PRIME_1 + PRIME_4;
  return xxh_finish(h + 8 * count);
}
static inline uint64_t hash_children(const uint64_t *p, uint32_t count) {
  return count == 2 ? xxh64_of16(p[0], p[1]) : hash_stripes(p, count);
}

static void add_items(uint64_t *tree, const uint64_t *keys, const uint64_t *versions, uint32_t count) {
  uint64_t *leaves = tree + level_at(leaf_bits);
  for (uint32_t i = 0; i < count; i++) leaves[leaf_of(keys[i])] += xxh64_of16(keys[i], versions[i]);
}

static void hash_pairs(uint64_t *restrict at, const uint64_t *restrict child, uint32_t nodes) {
  for (uint32_t i = 0; i < nodes; i++) at[i] = xxh64_of16(child[2 * i], child[2 * i + 1]);
}
static void hash_wide(uint64_t *restrict at, const uint64_t *restrict child, uint32_t nodes) {
  for (uint32_t i = 0; i < nodes; i++) at[i] = hash_stripes(child + 16 * i, 16);
}
static void hash_levels(uint64_t *tree) {
  uint64_t *child = tree + level_at(leaf_bits);
  uint32_t bits = leaf_bits;
  while (bits > root_bits()) {
    bits -= fanout_bits;
    uint64_t *at = child - (1u << bits);
    if (fanout_bits == 1) hash_pairs(at, child, 1u << bits);
    else hash_wide(at, child, 1u << bits);
    child = at;
  }
  tree[0] = hash_children(child, 1u << root_bits());
}

/* Leaves first, then the paths of a block level by level: their hashes overlap. */
static void update(uint64_t *trees, size_t tree_nodes, const uint32_t *nodes, const uint64_t *keys,
                   const uint64_t *old, const uint64_t *new, uint32_t count) {
  size_t leaves_at = level_at(leaf_bits);
  for (uint32_t first = 0; first < count; first += BLOCK) {
    uint32_t size = count - first < BLOCK ? count - first : BLOCK;
    uint64_t *tree[BLOCK];
    uint32_t leaf[BLOCK];
    for (uint32_t i = 0; i < size; i++) {
      uint64_t key = keys[first + i];
      tree[i] = trees + (nodes == NULL ? 0 : nodes[first + i]) * tree_nodes;
      leaf[i] = leaf_of(key);
      tree[i][leaves_at + leaf[i]] += item_hash(key, new[first + i]) - item_hash(key, old[first + i]);
    }
    size_t child_at = leaves_at;
    uint32_t bits = leaf_bits, shift = 0;
    while (bits > root_bits()) {
      bits -= fanout_bits;
      shift += fanout_bits;
      size_t at = child_at - (1u << bits);
      for (uint32_t i = 0; i < size; i++) {
        uint32_t index = leaf[i] >> shift;
        tree[i][at + index] =
            hash_children(tree[i] + child_at + ((size_t)index << fanout_bits), 1u << fanout_bits);
      }
      child_at = at;
    }
    for (uint32_t i = 0; i < size; i++) tree[i][0] = hash_children(tree[i] + 1, 1u << root_bits());
  }
}

/* Differing leaves into `list`; `spare` holds every second level. */
static uint32_t diff(const uint64_t *a, const uint64_t *b, uint32_t *list, uint32_t *spare) {
  uint32_t found = a[0] != b[0], bits = 0, child_bits = root_bits();
  uint32_t levels = (leaf_bits - child_bits) / fanout_bits + 1;
  uint32_t *from = levels & 1 ? spare : list, *to = levels & 1 ? list : spare;
  from[0] = 0;
  while (bits < leaf_bits) {
    size_t at = level_at(bits + child_bits);
    const uint64_t *x = a + at, *y = b + at;
    uint32_t count = 0;
    if (child_bits == 1) {
      for (uint32_t i = 0; i < found; i++) {
        uint32_t child = from[i] * 2;
        to[count] = child;
        count += x[child] != y[child];
        to[count] = child + 1;
        count += x[child + 1] != y[child + 1];
      }
    } else {
      for (uint32_t i = 0; i < found; i++) {
        uint32_t child = from[i] << child_bits, mask = 0;
        for (uint32_t j = 0; j < 1u << child_bits; j++)
          mask |= (uint32_t)(x[child + j] != y[child + j]) << j;
        for (; mask != 0; mask &= mask - 1) to[count++] = child + __builtin_ctz(mask);
      }
    }
    found = count;
    bits += child_bits;
    child_bits = fanout_bits;
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  return found;
}

static void diff_pairs(const uint64_t *trees, size_t tree_nodes, const uint32_t *first,
                       const uint32_t *second, uint32_t count, uint64_t *masks, uint32_t *compared) {
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t *a = trees + first[i] * tree_nodes, *b = trees + second[i] * tree_nodes;
    uint64_t mask = a[0] != b[0];
    uint32_t hashes = 1, nodes = 1, child_bits = root_bits();
    for (uint32_t bits = 0; bits < leaf_bits && mask != 0; nodes = 1u << bits, child_bits = fanout_bits) {
      uint64_t children = 0;
      a += nodes;
      b += nodes;
      for (; mask != 0; mask &= mask - 1) {
        uint32_t child = __builtin_ctzll(mask) << child_bits;
        for (uint32_t j = 0; j < 1u << child_bits; j++)
          children |= (uint64_t)(a[child + j] != b[child + j]) << (child + j);
        hashes += 1u << child_bits;
      }
      mask = children;
      bits += child_bits;
    }
    masks[i] = mask;
    compared[i] = hashes;
  }
}

static uint64_t *tree, *other, *keys, *versions, *later, *masks;
static uint32_t *list, *spare, *nodes, *partners, *compared, count;
static size_t tree_nodes;

static void run_build(void) {
  memset(tree + level_at(leaf_bits), 0, 8ull << leaf_bits);
  add_items(tree, keys, versions, count);
  hash_levels(tree);
}
static void run_levels(void) { hash_levels(tree); }
static void run_update(void) {
  update(tree, tree_nodes, nodes, keys, versions, later, count);
  update(tree, tree_nodes, nodes, keys, later, versions, count);
}
static void run_few(void) {
  for (int i = 0; i < FEW_REPEATS; i++) diff(tree, other, list, spare);
}
static void run_many(void) { diff(tree, other, list, spare); }
static void run_population_diff(void) {
  diff_pairs(tree, tree_nodes, nodes, partners, count, masks, compared);
}

static void *zeroed(size_t bytes) {
  void *at = aligned_alloc(64, (bytes + 127) / 64 * 64);
  memset(at, 0, bytes);
  return at;
}

/* Items i: key XXH64 of i with seed 1, version i. */
static void make_items(uint32_t items) {
  count = items;
  keys = zeroed(8ull * items);
  versions = zeroed(8ull * items);
  later = zeroed(8ull * items);
  for (uint32_t i = 0; i < items; i++) {
    keys[i] = xxh64_of8(i, 1);
    versions[i] = i;
    later[i] = i + 1;
  }
}

/* Two trees of one item a leaf on average, the second with `changed` of them at a later version. */
static uint32_t two_trees(uint32_t changed) {
  make_items(size);
  add_items(tree, keys, versions, size);
  memcpy(other, tree, 8 * tree_nodes);
  hash_levels(tree);
  hash_levels(other);
  update(other, tree_nodes, NULL, keys, versions, later, changed);
  return diff(tree, other, list, spare);
}

static void population(void) {
  leaf_bits = 6;
  fanout_bits = 4;
  tree_nodes = nodes_of_tree();
  tree = zeroed(8 * tree_nodes * size);
  hash_levels(tree);
  for (uint32_t i = 1; i < size; i++) memcpy(tree + i * tree_nodes, tree, 8 * tree_nodes);
  make_items(size);
  nodes = zeroed(4ull * size);
  partners = zeroed(4ull * size);
  compared = zeroed(4ull * size);
  masks = zeroed(8ull * size);
  for (uint32_t i = 0; i < size; i++) {
    nodes[i] = input_word(i, 2) % size;
    partners[i] = input_word(i, 3) % size;
    versions[i] = ABSENT;
  }
}

int main(int argc, char **argv) {
  const char *kernel = argc > 1 ? argv[1] : "";
  size = argc > 2 ? (uint32_t)strtod(argv[2], 0) : 256;
  if (strncmp(kernel, "population", 10) == 0) {
    population();
    if (strcmp(kernel, "population-update") == 0) {
      measure(run_update, 2.0 * count, tree, 8 * tree_nodes * size);
    } else {
      update(tree, tree_nodes, nodes, keys, versions, later, count);
      measure(run_population_diff, count, masks, 8ull * count);
    }
    return 0;
  }
  leaf_bits = __builtin_ctz(size);
  fanout_bits = strstr(kernel, "-16") != NULL ? 4 : 1;
  tree_nodes = nodes_of_tree();
  tree = zeroed(8 * tree_nodes);
  other = zeroed(8 * tree_nodes);
  list = zeroed(4ull * size + 8);
  spare = zeroed(4ull * size + 8);
  if (strncmp(kernel, "build", 5) == 0) {
    make_items(size);
    measure(run_build, count, tree, 8 * tree_nodes);
  } else if (strncmp(kernel, "levels", 6) == 0) {
    make_items(size);
    add_items(tree, keys, versions, size);
    measure(run_levels, size, tree, 8 * tree_nodes);
  } else if (strncmp(kernel, "update", 6) == 0) {
    two_trees(0);
    count = size < UPDATES ? size : UPDATES;
    measure(run_update, 2.0 * count, tree, 8 * tree_nodes);
  } else if (strncmp(kernel, "few", 3) == 0) {
    uint32_t found = two_trees(FEW);
    measure(run_few, FEW_REPEATS, list, 4 * found);
  } else {
    uint32_t found = two_trees(size / MANY_SHARE);
    measure(run_many, found, list, 4 * found);
  }
  return 0;
}
