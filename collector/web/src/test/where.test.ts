import { expect, test } from "vitest";
import type { PlaceRef } from "../api/names";
import { placeBelow } from "../overview/where";

const path = (...names: string[]) => names.map((name) => ({ code: "", name, level: "county" }) as PlaceRef);

test("a place is named by the last two names below what is looked at", () => {
  const town = "福州市 鼓楼区 鼓东街道";
  expect(placeBelow(town, path("福建省"))).toBe("鼓楼区鼓东街道");
  expect(placeBelow(town, path("福建省", "福州市", "鼓楼区"))).toBe("鼓东街道");
  expect(placeBelow(town, path("福建省", "福州市", "鼓楼区", "鼓东街道"))).toBe("");
  expect(placeBelow("福建省", path("福建省"))).toBe("福建省");
});

test("a place that counts elsewhere keeps its own names", () => {
  expect(placeBelow("平潭县 潭城镇", path("福建省", "福州市"))).toBe("平潭县潭城镇");
});
