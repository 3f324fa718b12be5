import { expect, test } from "vitest";
import { Newest } from "../state/newest";

const LIST = ["a", "b", "c", "d", "e", "f"];

/** Presses a key of the list so often between two drawings; answers where it led. */
function pressed(held: Newest<string | null>, times: number, at_ms = 0): string | null {
  for (let n = 0; n < times; n++) {
    const was = held.get(at_ms);
    held.choose(LIST[was === null ? 0 : LIST.indexOf(was) + 1] ?? null, at_ms);
  }
  return held.get(at_ms);
}

test("five presses before a page is drawn are five steps", () => {
  const held = new Newest<string | null>(null);
  expect(pressed(held, 5)).toBe("e");
  held.draw("e");
  expect(pressed(held, 1)).toBe("f");
});

test("a drawing that lags behind takes no step back", () => {
  const held = new Newest<string | null>("a");
  pressed(held, 2);
  held.draw("b");
  expect(pressed(held, 1)).toBe("d");
});

test("what is chosen otherwise holds once the keys rest: another row was clicked, or the choice was none", () => {
  const held = new Newest<string | null>("a");
  pressed(held, 1, 0);
  expect(held.get(1_001)).toBe("a");
  held.draw("f");
  expect(held.get(1_001)).toBe("f");
  pressed(held, 1, 2_000);
  held.draw("b");
  held.draw(null);
  expect(held.get(2_001)).toBe(null);
});
