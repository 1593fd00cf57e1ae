/**
 * A Hilbert curve for any rectangle: every cell once, each step to a neighbouring cell (a diagonal
 * one at most once, and only where both sides are odd in the wrong way). After the idea of
 * J. Červený's generalised Hilbert curve: halve the long side, or cut into three parts like Hilbert.
 */

/**
 * Cells of a raster in the order of the curve, which starts in the top left corner.
 * @param width  cells in a row, at least 1
 * @param height rows, at least 1
 * @returns u32[width * height]; entry i is the cell (row * width + column) at place i of the curve
 */
export function gilbertCells(width: number, height: number): Uint32Array {
  const cells = new Uint32Array(width * height);
  let place = 0;

  /** Fills the block at (x, y) spanned by `along` (direction of travel) and `across`. */
  const fill = (x: number, y: number, ax: number, ay: number, bx: number, by: number): void => {
    const length = Math.abs(ax + ay);
    const breadth = Math.abs(bx + by);
    const [alongX, alongY] = [Math.sign(ax), Math.sign(ay)];
    const [acrossX, acrossY] = [Math.sign(bx), Math.sign(by)];
    if (breadth === 1 || length === 1) {
      const [stepX, stepY] = breadth === 1 ? [alongX, alongY] : [acrossX, acrossY];
      const count = breadth === 1 ? length : breadth;
      for (let i = 0; i < count; i++) cells[place++] = (y + i * stepY) * width + x + i * stepX;
      return;
    }
    let [halfAx, halfAy] = [Math.trunc(ax / 2), Math.trunc(ay / 2)];
    let [halfBx, halfBy] = [Math.trunc(bx / 2), Math.trunc(by / 2)];
    if (2 * length > 3 * breadth) {
      // Long block: two in a row, the first of even length, so that the curve leaves at its end.
      if (Math.abs(halfAx + halfAy) % 2 === 1 && length > 2) {
        halfAx += alongX;
        halfAy += alongY;
      }
      fill(x, y, halfAx, halfAy, bx, by);
      fill(x + halfAx, y + halfAy, ax - halfAx, ay - halfAy, bx, by);
      return;
    }
    // Hilbert's shape: up the first part, along the second, down the third.
    if (Math.abs(halfBx + halfBy) % 2 === 1 && breadth > 2) {
      halfBx += acrossX;
      halfBy += acrossY;
    }
    fill(x, y, halfBx, halfBy, halfAx, halfAy);
    fill(x + halfBx, y + halfBy, ax, ay, bx - halfBx, by - halfBy);
    fill(
      x + (ax - alongX) + (halfBx - acrossX),
      y + (ay - alongY) + (halfBy - acrossY),
      -halfBx,
      -halfBy,
      -(ax - halfAx),
      -(ay - halfAy),
    );
  };

  if (width >= height) fill(0, 0, width, 0, 0, height);
  else fill(0, 0, 0, height, width, 0);
  return cells;
}
