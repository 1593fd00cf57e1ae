/**
 * A snapshot of who knows whom among live nodes, as rows in both directions: what the measures read.
 * Links to dead nodes are counted and left out.
 */

export interface ViewGraph {
  readonly nodes: number;
  /** Nodes that live; others have no links. */
  readonly live: Uint32Array;
  /** Links of node v: outTargets[outOffsets[v] .. outOffsets[v + 1]). */
  readonly outOffsets: Uint32Array;
  readonly outTargets: Uint32Array;
  readonly inOffsets: Uint32Array;
  readonly inSources: Uint32Array;
  /** Links from live nodes to dead ones. */
  readonly deadLinks: number;
}

export interface ViewSource {
  readonly nodes: number;
  isAlive(node: number): boolean;
  /** Entries of a node's view, at most `room` of them. */
  sizeOf(node: number): number;
  /** Writes the ids of a node's view to `into` from `at` on; returns how many. */
  copyView(node: number, into: Uint32Array, at: number): number;
}

export function snapshot(source: ViewSource): ViewGraph {
  const { nodes } = source;
  const live = liveNodes(source);
  let total = 0;
  for (const node of live) total += source.sizeOf(node);
  const targets = new Uint32Array(total);
  const outOffsets = new Uint32Array(nodes + 1);
  const inOffsets = new Uint32Array(nodes + 1);
  let kept = 0;
  for (let node = 0; node < nodes; node++) {
    if (source.isAlive(node)) {
      const end = kept + source.copyView(node, targets, kept);
      for (let entry = kept; entry < end; entry++) {
        const target = targets[entry]!;
        if (!source.isAlive(target)) continue;
        targets[kept++] = target;
        inOffsets[target + 1]!++;
      }
    }
    outOffsets[node + 1] = kept;
  }
  for (let node = 0; node < nodes; node++) inOffsets[node + 1]! += inOffsets[node]!;
  const next = inOffsets.slice();
  const inSources = new Uint32Array(kept);
  for (let node = 0; node < nodes; node++) {
    for (let entry = outOffsets[node]!; entry < outOffsets[node + 1]!; entry++) {
      inSources[next[targets[entry]!]!++] = node;
    }
  }
  const outTargets = targets.subarray(0, kept);
  return { nodes, live, outOffsets, outTargets, inOffsets, inSources, deadLinks: total - kept };
}

function liveNodes(source: ViewSource): Uint32Array {
  const live = new Uint32Array(source.nodes);
  let count = 0;
  for (let node = 0; node < source.nodes; node++) {
    if (source.isAlive(node)) live[count++] = node;
  }
  return live.slice(0, count);
}
