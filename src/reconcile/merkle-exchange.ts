/**
 * Reconciliation by Merkle trees: hashes down to the leaves that differ, a asking, then b sends its ids in
 * these leaves right after its last answer.
 */
import type { MerkleFanout } from "../merkle/shape.js";
import { MerkleTree } from "../merkle/merkle-tree.js";
import { differenceOf, type Difference, type IdSet } from "./id-set.js";
import { MessageWriter } from "./message.js";
import { NO_IDS, type Sides } from "./sides.js";

export interface MerkleSettings {
  /** undefined: the power of two that gives a leaf four to eight ids of a. */
  readonly leaves: number | undefined;
  readonly fanout: MerkleFanout;
  readonly levelsPerMessage: number;
}

const IDS_PER_LEAF = 8;
/** Depth and fanout, which the first message tells. */
const FORM_BYTES = 2;

export function merkleExchange(sides: Sides, settings: MerkleSettings): Difference {
  const { a, b, exchange } = sides;
  const leaves = settings.leaves ?? leavesFor(a.ids.length);
  const [own, theirs] = [treeOf(sides, a, leaves, settings), treeOf(sides, b, leaves, settings)];
  const diff = own.diff(theirs, { levelsPerMessage: settings.levelsPerMessage });
  exchange.add({ ...diff, bytes: diff.bytes + FORM_BYTES });
  const differing = new Set(diff.leaves);
  let found: Difference = { missing: NO_IDS, extra: NO_IDS };
  if (differing.size > 0) {
    const listed = idsIn(theirs, b.ids, differing);
    const heard = exchange.send("b", new MessageWriter().varint(listed.length).words64(listed));
    found = differenceOf(idsIn(own, a.ids, differing), heard.words64(heard.varint()));
  }
  own.dispose();
  theirs.dispose();
  return found;
}

function leavesFor(ids: number): number {
  return 2 ** Math.max(1, Math.ceil(Math.log2(Math.max(1, ids / IDS_PER_LEAF))));
}

/** A tree whose keys are the ids, all of one version. */
function treeOf(
  { space }: Sides,
  { ids }: IdSet,
  leaves: number,
  { fanout }: MerkleSettings,
): MerkleTree {
  const tree = new MerkleTree({ leaves, fanout, backend: space.backend });
  tree.build(ids, new BigUint64Array(ids.length));
  return tree;
}

function idsIn(tree: MerkleTree, ids: BigUint64Array, leaves: ReadonlySet<number>): BigUint64Array {
  return ids.filter((id) => leaves.has(tree.leafOf(id)));
}
