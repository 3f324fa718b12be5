// Keeps the map's labels apart: each tries its own region first, then the places around it. Pure but for one pass's memory.

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const GAP = 2;
/** In steps of the label's own size; near before far. */
const TRIES: readonly [number, number][] = [
  [0, 0],
  [0, 0.55],
  [0, -0.55],
  [0.55, 0],
  [-0.55, 0],
  [0.6, 0.6],
  [-0.6, 0.6],
  [0.6, -0.6],
  [-0.6, -0.6],
  [0, 1.1],
  [0, -1.1],
  [1.1, 0],
  [-1.1, 0],
  [1.1, 0.7],
  [-1.1, -0.7],
];

function overlap(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + GAP && b.x < a.x + a.width + GAP && a.y < b.y + b.height + GAP && b.y < a.y + a.height + GAP
  );
}

/** The first offset at which `box` touches none of `placed`, or null. */
export function freeOffset(box: Box, placed: readonly Box[]): { dx: number; dy: number } | null {
  for (const [right, down] of TRIES) {
    const dx = right * box.width;
    const dy = down * box.height;
    const moved = { ...box, x: box.x + dx, y: box.y + dy };
    if (!placed.some((other) => overlap(moved, other))) return { dx, dy };
  }
  return null;
}

/** A label layout for one chart: labels come in the order of the data, once a pass. */
export function apart() {
  let placed: Box[] = [];
  let last = -1;
  return ({ dataIndex, labelRect }: { dataIndex?: number; labelRect: Box }) => {
    const index = dataIndex ?? 0;
    if (index <= last) placed = [];
    last = index;
    const offset = freeOffset(labelRect, placed);
    // With no free place the label steps back: the table beside the map has every figure.
    if (!offset) return { hideOverlap: true };
    placed.push({ ...labelRect, x: labelRect.x + offset.dx, y: labelRect.y + offset.dy });
    return offset;
  };
}
