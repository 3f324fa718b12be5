import { describe, expect, test } from "vitest";
import { partTold } from "../warnings/rule_changes";
import { type Key, say } from "../words/words";

const zh = { t: (key: Key, values?: Record<string, string | number>) => say("zh", key, values) };
const en = { t: (key: Key, values?: Record<string, string | number>) => say("en", key, values) };

describe("a part of a rule that was changed", () => {
  test("is told by its level and name, from what to what", () => {
    const part = { name: "ii.depth", was: "present", is: "ready" };
    expect(partTold(part, zh)).toContain("点名深度 在线 → 就绪");
    expect(partTold(part, zh).startsWith(zh.t("assure.level.ii"))).toBe(true);
    expect(partTold({ name: "faults", was: "3", is: "5" }, zh)).toBe("故障次数 3 → 5");
    expect(partTold({ name: "i.check_every_s", was: "0", is: "60" }, en)).toContain("(s) 0 → 60");
  });

  test("is shown as it is where no word is known", () => {
    expect(partTold({ name: "moon", was: "1", is: "2" }, zh)).toBe("moon 1 → 2");
  });
});
