// Where the cities of the big screen's roll call lie: rows of tiles, with the largest cells that fit. Pure.

export interface Frame {
  width: number;
  height: number;
  /** Between tiles, and between rows. */
  gap: number;
  /** Of a tile's heading. */
  head: number;
  /** No tile is narrower: its heading would be cut. */
  narrowest: number;
  /** Cells, from the least to the most. */
  least: number;
  most: number;
}

export interface Place {
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Mosaic {
  cell: number;
  places: readonly Place[];
}

const MOST_ROWS = 5;

/** Members in their order, in rows that weigh about the same. */
function rowsOf(weights: readonly number[], rows: number): number[][] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const laid: number[][] = Array.from({ length: rows }, () => []);
  let before = 0;
  weights.forEach((weight, index) => {
    // By where its middle lies, so that a heavy one does not drag its neighbours with it.
    const middle = total === 0 ? 0 : (before + weight / 2) / total;
    laid[Math.min(rows - 1, Math.floor(middle * rows))]?.push(index);
    before += weight;
  });
  return laid.filter((row) => row.length > 0);
}

/** As wide as they are heavy, but none below `narrowest`; null when that cannot be. */
function widthsOf(
  row: readonly number[],
  weights: readonly number[],
  free: number,
  narrowest: number,
): number[] | null {
  if (row.length > 1 && row.length * narrowest > free) return null;
  let rest = free;
  let sum = row.reduce((all, index) => all + (weights[index] ?? 0), 0);
  const widths = new Map<number, number>();
  // The lightest first: what a heading needs beyond their weight, the heavier ones give.
  for (const index of [...row].sort((a, b) => (weights[a] ?? 0) - (weights[b] ?? 0))) {
    const weight = weights[index] ?? 0;
    const width = Math.floor(Math.max(Math.min(narrowest, free), sum === 0 ? 0 : (rest * weight) / sum));
    widths.set(index, width);
    rest -= width;
    sum -= weight;
  }
  return row.map((index) => widths.get(index) ?? 0);
}

function inRows(weights: readonly number[], count: number, frame: Frame): Mosaic | null {
  const rows = rowsOf(weights, count);
  const laid: { row: number[]; widths: number[] }[] = [];
  for (const row of rows) {
    const widths = widthsOf(row, weights, frame.width - frame.gap * (row.length - 1), frame.narrowest);
    if (!widths) return null;
    laid.push({ row, widths });
  }
  const needed = (cell: number) =>
    laid.map(({ row, widths }) => {
      const heights = row.map((index, place) => {
        const columns = Math.max(1, Math.floor((widths[place] ?? 0) / cell));
        return Math.ceil((weights[index] ?? 0) / columns) * cell;
      });
      return frame.head + Math.max(0, ...heights);
    });
  const room = frame.height - frame.gap * (rows.length - 1);
  let cell = frame.most;
  const fits = () => needed(cell).reduce((sum, height) => sum + height, 0) <= room;
  while (cell > frame.least && !fits()) cell--;
  let top = 0;
  const heights = needed(cell);
  const places = laid.flatMap(({ row, widths }, at) => {
    let left = 0;
    const height = heights[at] ?? 0;
    const placed = row.map((index, place) => {
      const width = widths[place] ?? 0;
      const tile = { index, left, top, width, height };
      left += width + frame.gap;
      return tile;
    });
    top += height + frame.gap;
    return placed;
  });
  return { cell, places };
}

/** One size of cell for all: a venue is a venue. Of layouts with the same cells, the one with fewer rows. */
export function mosaic(weights: readonly number[], frame: Frame): Mosaic {
  let best: Mosaic | null = null;
  for (let count = 1; count <= MOST_ROWS; count++) {
    const made = inRows(weights, count, frame);
    if (made && (best === null || made.cell > best.cell)) best = made;
  }
  return best ?? inRows(weights, weights.length, { ...frame, narrowest: 0 }) ?? { cell: frame.least, places: [] };
}
