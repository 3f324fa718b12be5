import { expect, test } from "vitest";
import type { Change, Delta, PlaceAnswer, VenueRow, VenuesAnswer } from "../api/names";
import { isQuiet, onBroken, onEvent, onHealth, START } from "../live/link";
import { CHANGES_KEPT, mergePlace, mergeVenues, URGENT_MS } from "../live/merge";
import { remember, replay, restart } from "../live/recent";
import { counts } from "./made";

const ok = counts({ pass: 10 });
const hurt = counts({ pass: 9, fail: 1 });

function change(seq: number, venue = "350102001-01"): Change {
  return {
    seq,
    venue,
    name: "v",
    place: "350102001",
    place_name: "福州市 鼓楼区 鼓东街道",
    from: "pass",
    to: "fail",
    finding: "picture.black",
    at_ms: seq,
  };
}

function delta(revision: number, more: Partial<Delta> = {}): Delta {
  return { revision, now_ms: revision * 100, counts: {}, changes: [], venues: [], ...more };
}

function place(): PlaceAnswer {
  const child = (code: string) => ({ code, name: code, level: "city" as const, counts: ok, excluded: null });
  return {
    now_ms: 100,
    revision: 1,
    place: { code: "35", name: "福建省", level: "province" },
    path: [],
    excluded: null,
    counts: ok,
    children: [child("3501"), child("3502")],
    problems: [],
    changes: [],
  };
}

test("a delta replaces only what changed", () => {
  const before = place();
  const after = mergePlace(before, delta(2, { counts: { "3501": hurt, "35": hurt }, changes: [change(1)] }));
  expect(after.children[0]?.counts).toEqual(hurt);
  expect(after.children[1]).toBe(before.children[1]);
  expect(after.problems).toBe(before.problems);
  expect(after.counts).toEqual(hurt);
  expect(after.changes).toHaveLength(1);
  expect(after.revision).toBe(2);
  expect(after.now_ms).toBe(200);
});

test("counts that say the same keep every identity", () => {
  const before = place();
  const after = mergePlace(before, delta(2, { counts: { "3501": counts({ pass: 10 }) } }));
  expect(after.children).toBe(before.children);
  expect(after.changes).toBe(before.changes);
});

test("an old delta changes nothing", () => {
  const before = place();
  expect(mergePlace(before, delta(1, { counts: { "35": hurt } }))).toBe(before);
});

test("grandchildren are reached", () => {
  const before = place();
  const nested = { code: "3501x", name: "", level: "village" as const, counts: ok, excluded: null };
  before.children = [{ ...(before.children[0] as (typeof before.children)[0]), children: [nested] }];
  const after = mergePlace(before, delta(2, { counts: { "3501x": hurt } }));
  expect(after.children[0]?.children?.[0]?.counts).toEqual(hurt);
});

test("changes are newest first, each once, and bounded", () => {
  let answer = mergePlace(place(), delta(2, { changes: [change(1), change(3), change(2)] }));
  answer = mergePlace(answer, delta(3, { changes: [change(3), change(4)] }));
  expect(answer.changes.map((c) => c.seq)).toEqual([4, 3, 2, 1]);
  const many = Array.from({ length: 200 }, (_, i) => change(10 + i));
  answer = mergePlace(answer, delta(4, { changes: many }));
  expect(answer.changes).toHaveLength(CHANGES_KEPT);
  expect(answer.changes[0]?.seq).toBe(209);
});

test("deltas that overtook an answer are replayed, those of another scope or before a resync are not", () => {
  restart("35");
  remember(delta(1, { counts: { "35": counts({}) } }));
  remember(delta(2, { counts: { "35": hurt } }));
  expect(replay(place()).counts).toEqual(hurt);
  restart("3501");
  remember(delta(3, { counts: { "35": hurt } }));
  const other = place();
  expect(replay(other)).toBe(other);
  restart("35");
  expect(replay(place()).counts).toEqual(ok);
});

test("a list's rows change where they stand", () => {
  const row = (id: string) => ({ id, class: "pass", finding: null, why: null, since_ms: 1, last_ms: 9 }) as VenueRow;
  const list: VenuesAnswer = { now_ms: 1, revision: 1, total: 2, counts: ok, items: [row("a-01"), row("b-01")] };
  const news = delta(2, { changes: [change(5, "b-01"), change(4, "b-01")], counts: { "35": hurt } });
  const after = mergeVenues(list, news, "35", false);
  expect(after.items.map((r) => r.class)).toEqual(["pass", "fail"]);
  expect(after.items[0]).toBe(list.items[0]);
  expect(after.items[1]?.since_ms).toBe(5);
  expect(after.counts).toEqual(hurt);
  expect(mergeVenues(list, news, "35", true).counts).toBe(ok);
  expect(mergeVenues(list, delta(2), "35", false)).toBe(list);
});

test("a broken stream is lost at once, and the first word brings it back", () => {
  const live = onEvent(START, { revision: 5, now_ms: 1000 }, 10);
  expect(live.phase).toBe("live");
  const lost = onBroken(live);
  expect(lost).toMatchObject({ phase: "lost", true_until_ms: 1000 });
  expect(onHealth(lost, { revision: 5, now_ms: 9000 }).true_until_ms).toBe(1000);
  expect(onEvent(lost, { revision: 6, now_ms: 9500 }, 20)).toMatchObject({ phase: "live", true_until_ms: 9500 });
});

test("health confirms a quiet stream, unless the collector moved on without it", () => {
  const live = onEvent(START, { revision: 5, now_ms: 1000 }, 10);
  expect(onHealth(live, { revision: 5, now_ms: 4000 }).true_until_ms).toBe(4000);
  expect(onHealth(live, { revision: 6, now_ms: 4000 }).true_until_ms).toBe(1000);
  expect(isQuiet(live, 15_011)).toBe(true);
  expect(isQuiet(live, 15_000)).toBe(false);
});

test("a fault is not pushed out by venues that come back, for a minute", () => {
  const back = (seq: number): Change => ({ ...change(seq), from: "unknown", to: "pass", at_ms: 100 });
  const many = (from: number) => Array.from({ length: CHANGES_KEPT }, (_, i) => back(from + i));
  let answer = mergePlace(place(), delta(2, { changes: [change(1, "350102001-09")] }));
  answer = mergePlace(answer, delta(3, { changes: many(2) }));
  answer = mergePlace(answer, delta(4, { changes: many(100) }));
  expect(answer.changes).toHaveLength(CHANGES_KEPT);
  expect(answer.changes.at(-1)?.venue).toBe("350102001-09");
  expect(answer.changes[0]?.seq).toBe(99 + CHANGES_KEPT);
  answer = mergePlace(answer, delta(5, { now_ms: URGENT_MS + 1_000, changes: many(200) }));
  expect(answer.changes.some((c) => c.venue === "350102001-09")).toBe(false);
});
