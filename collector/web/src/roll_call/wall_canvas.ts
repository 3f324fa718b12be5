// Draws the wall: sprites of signs on one canvas, all of what is in sight once, then only what changed. No React, no words.
import type { Palette } from "../theme/tokens";
import { FONT } from "../theme/tokens";
import { eachCell, type Grid } from "./grid";
import { colourOf, SHAPES, SIGNS, type Sign } from "./sign";

export interface Picture {
  grid: Grid;
  signs: readonly Sign[];
  selected: number | null;
  palette: Palette;
  /** Written above a group. */
  heading: (code: string) => string;
  /** Of a heading, CSS pixels; 0: there is none. */
  font: number;
}

const GRID = 16;
const SMALL_PX = 7;

type Sprites = Record<Sign, HTMLCanvasElement>;

function sprites(cell: number, ratio: number, palette: Palette): Sprites {
  // Never larger than its cell, which may end inside of a pixel.
  const size = Math.max(1, Math.floor(cell * ratio));
  // A line of air between two cells, so that signs stay apart.
  const air = Math.max(1, Math.round(size * 0.1));
  // A small one takes what there is: from afar its colour has to reach.
  const grown = size <= SMALL_PX ? 1.2 : 1;
  const made = (sign: Sign) => {
    const sprite = document.createElement("canvas");
    sprite.width = size;
    sprite.height = size;
    const pen = sprite.getContext("2d");
    if (!pen) return sprite;
    const { path, line } = SHAPES[sign];
    pen.translate(size / 2, size / 2);
    pen.scale(((size - air) / GRID) * grown, ((size - air) / GRID) * grown);
    pen.translate(-GRID / 2, -GRID / 2);
    const shape = new Path2D(path);
    pen.fillStyle = pen.strokeStyle = colourOf(sign, palette);
    if (line === undefined) pen.fill(shape);
    else {
      // A line thinner than a pixel is a shade, not a shape.
      pen.lineWidth = Math.max(line, GRID / (size - air));
      pen.stroke(shape);
    }
    return sprite;
  };
  return Object.fromEntries(SIGNS.map((sign) => [sign, made(sign)])) as Sprites;
}

export interface WallCanvas {
  /** `top`: what of the grid stands at the canvas's upper edge. */
  draw(picture: Picture, top: number): void;
}

export function wallCanvas(canvas: HTMLCanvasElement): WallCanvas {
  const pen = canvas.getContext("2d", { alpha: false });
  let drawn: { picture: Picture; top: number; width: number; height: number; ratio: number } | null = null;
  let stamps: { key: string; of: Sprites } | null = null;

  function stampsOf(cell: number, ratio: number, palette: Palette): Sprites {
    const key = `${cell} ${ratio} ${palette.page} ${palette.states.pass}`;
    if (stamps?.key !== key) stamps = { key, of: sprites(cell, ratio, palette) };
    return stamps.of;
  }

  function heads({ grid, palette, heading, font }: Picture, top: number, bottom: number, ratio: number): void {
    if (!pen || font === 0) return;
    pen.fillStyle = palette.text;
    pen.font = `600 ${font * ratio}px ${FONT}`;
    pen.textBaseline = "middle";
    for (const { group, top: at } of grid.blocks) {
      if (at + grid.frame.head < top || at > bottom) continue;
      pen.fillText(heading(group.code), 2 * ratio, (at + grid.frame.head / 2 - top) * ratio);
    }
  }

  return {
    draw(picture, top) {
      if (!pen) return;
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
        drawn = null;
      }
      const { grid, signs, selected, palette } = picture;
      const { cell } = grid.frame;
      const stamp = stampsOf(cell, ratio, palette);
      const was = drawn;
      const same =
        was !== null &&
        was.top === top &&
        was.picture.grid === grid &&
        was.picture.palette === palette &&
        was.picture.heading === picture.heading;
      if (!same) {
        pen.fillStyle = palette.panel;
        pen.fillRect(0, 0, canvas.width, canvas.height);
        heads(picture, top, top + height, ratio);
      }
      const old = same ? was.picture : null;
      eachCell(grid, top, top + height, ({ entry, x, y }) => {
        const sign = signs[entry];
        if (sign === undefined) return;
        const chosen = entry === selected;
        if (old && old.signs[entry] === sign && !chosen && entry !== old.selected) return;
        const [px, py] = [Math.round(x * ratio), Math.round((y - top) * ratio)];
        const size = stamp[sign].width;
        pen.fillStyle = chosen ? palette.accent : palette.panel;
        pen.fillRect(px, py, size, size);
        if (chosen) {
          pen.fillStyle = palette.panel;
          const rim = Math.max(1, Math.round(1.5 * ratio));
          pen.fillRect(px + rim, py + rim, size - 2 * rim, size - 2 * rim);
        }
        pen.drawImage(stamp[sign], px, py);
      });
      drawn = { picture, top, width, height, ratio };
    },
  };
}
