// Where the cells of the wall lie: groups under headings, each as many rows as it needs. Pure.

export interface Group {
  code: string;
  name: string;
  /** Entries, in the order in which they are drawn. */
  members: readonly number[];
}

export interface Frame {
  width: number;
  cell: number;
  /** Of a heading. */
  head: number;
  /** Below a group. */
  gap: number;
}

interface Block {
  group: Group;
  /** Of its heading. */
  top: number;
  rows: number;
}

export interface Grid {
  frame: Frame;
  columns: number;
  blocks: readonly Block[];
  height: number;
}

export function gridOf(groups: readonly Group[], frame: Frame): Grid {
  const columns = Math.max(1, Math.floor(frame.width / frame.cell));
  let top = 0;
  const blocks = groups.map((group) => {
    const block = { group, top, rows: Math.ceil(group.members.length / columns) };
    top += frame.head + block.rows * frame.cell + frame.gap;
    return block;
  });
  return { frame, columns, blocks, height: Math.max(0, top - frame.gap) };
}

/** The largest cell, from `most` down to `least`, with which everything fits into the height. */
export function fitCell(groups: readonly Group[], frame: Frame, height: number, least: number, most: number): number {
  for (let cell = most; cell > least; cell--) {
    if (gridOf(groups, { ...frame, cell }).height <= height) return cell;
  }
  return least;
}

export interface Cell {
  entry: number;
  x: number;
  y: number;
}

/** Calls `draw` for each cell that meets the stretch from `top` to `bottom`. */
export function eachCell(grid: Grid, top: number, bottom: number, draw: (cell: Cell) => void): void {
  const { cell, head } = grid.frame;
  for (const { group, top: at, rows } of grid.blocks) {
    const first = at + head;
    const from = Math.max(0, Math.floor((top - first) / cell));
    const to = Math.min(rows, Math.ceil((bottom - first) / cell));
    const members = group.members.slice(from * grid.columns, Math.max(from, to) * grid.columns);
    members.forEach((entry, index) => {
      const row = from + Math.floor(index / grid.columns);
      draw({ entry, x: (index % grid.columns) * cell, y: first + row * cell });
    });
  }
}

/** The entry under a point; null where there is none. */
export function entryAt(grid: Grid, x: number, y: number): number | null {
  const { cell, head } = grid.frame;
  const column = Math.floor(x / cell);
  if (column < 0 || column >= grid.columns) return null;
  for (const { group, top, rows } of grid.blocks) {
    const row = Math.floor((y - top - head) / cell);
    if (row >= 0 && row < rows) return group.members[row * grid.columns + column] ?? null;
  }
  return null;
}

/** Where an entry lies; null when it is not in the grid. */
export function cellOf(grid: Grid, entry: number): Cell | null {
  const { cell, head } = grid.frame;
  for (const { group, top } of grid.blocks) {
    const index = group.members.indexOf(entry);
    if (index < 0) continue;
    return { entry, x: (index % grid.columns) * cell, y: top + head + Math.floor(index / grid.columns) * cell };
  }
  return null;
}

/** The entry that a key of the arrows leads to: sideways to its neighbour, also in the next group; up and down a row. */
export function stepFrom(grid: Grid, entry: number | null, key: string): number | null {
  const all = grid.blocks.flatMap((block) => block.group.members);
  if (entry === null) return all[0] ?? null;
  const at = all.indexOf(entry);
  if (key === "ArrowLeft") return all[Math.max(0, at - 1)] ?? entry;
  if (key === "ArrowRight") return all[Math.min(all.length - 1, at + 1)] ?? entry;
  const here = cellOf(grid, entry);
  if (!here) return all[0] ?? null;
  const { cell, head, gap } = grid.frame;
  const by = key === "ArrowUp" ? -cell : cell;
  const near = entryAt(grid, here.x, here.y + by);
  // Over a heading into the next group, or past the end of a short row.
  return near ?? entryAt(grid, here.x, here.y + by + Math.sign(by) * (head + gap)) ?? entry;
}
