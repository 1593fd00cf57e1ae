/** Hilbert's curve: an order of the cells of a square in which neighbours in order are neighbours. */

/**
 * Position along the curve of cell (x, y): Hilbert 1891; quadrant by quadrant, turning the frame.
 * @param order the square has 2^order cells a side, 1 .. 26 (the position stays exact in a double)
 * @param x whole, 0 .. 2^order - 1
 * @param y whole, 0 .. 2^order - 1
 * @returns 0 .. 4^order - 1
 */
export function hilbertIndex(order: number, x: number, y: number): number {
  let column = x;
  let row = y;
  let index = 0;
  for (let side = 2 ** (order - 1); side >= 1; side /= 2) {
    const right = (column & side) === 0 ? 0 : 1;
    const upper = (row & side) === 0 ? 0 : 1;
    index += side * side * ((3 * right) ^ upper);
    column &= side - 1;
    row &= side - 1;
    if (upper === 1) continue;
    // The lower quadrants are entered sideways: swap the axes, on the right side mirrored.
    const across = right === 1 ? side - 1 - row : row;
    row = right === 1 ? side - 1 - column : column;
    column = across;
  }
  return index;
}
