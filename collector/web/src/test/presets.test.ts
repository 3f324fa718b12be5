import { describe, expect, test } from "vitest";
import type { EvidenceRef, Outcome, PresetReference } from "../api/names";
import { answerWithin, presetsOf, shotOf, stillsBeside } from "../venue/presets";

const still = (hash: string, available = true): EvidenceRef => ({ hash, media_type: "image/jpeg", size: 1, available });

const reference = (of: Partial<PresetReference>): PresetReference => ({
  probe: "front",
  name: "主席台摄像机",
  preset: 1,
  version: 1,
  at_ms: 5,
  position: null,
  picture: still("r"),
  ...of,
});

function outcome(probe: string, kind: string, at_ms: number, hash: string | null, covers: string[] = []): Outcome {
  const of = { probe, name: probe, kind, verdict: "pass", finding: null, why: null, detail: null } as const;
  const when = { at_ms, received_ms: at_ms, stale: false, interval_s: 60, required: true };
  return { ...of, ...when, covers, values: [], evidence: hash === null ? [] : [still(hash)], proof: null };
}

describe("the presets of a camera", () => {
  const all = [
    reference({ preset: 12 }),
    reference({ preset: 2, version: 7 }),
    reference({ preset: 3, probe: "rear", version: 9 }),
  ];
  const shown = (held: boolean) =>
    presetsOf(all, "front", held).map((one) => [one.n, one.reference?.version ?? null] as const);

  test("are those that were learnt, of this camera alone", () => {
    expect(shown(false)).toEqual([
      [2, 7],
      [12, 1],
    ]);
    expect(presetsOf(all, "side", false)).toEqual([]);
  });

  test("with a hand at it are also those that a hand controller has keys for", () => {
    expect(shown(true).map(([n]) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 12]);
    expect(shown(true)[2]).toEqual([3, null]);
  });
});

test("a reference without a picture is told from one whose picture has not arrived", () => {
  const transcript = { ...still("t"), media_type: "text/plain; charset=utf-8" };
  expect([
    shotOf(null),
    shotOf(reference({ picture: null })),
    shotOf(reference({ picture: transcript })),
    shotOf(reference({ picture: still("r", false) })),
    shotOf(reference({})),
  ]).toEqual([{ at: "none" }, { at: "position" }, { at: "position" }, { at: "absent" }, { at: "here", hash: "r" }]);
});

describe("the still beside a reference", () => {
  const hashes = (outcomes: Outcome[], probe = "front") =>
    stillsBeside(outcomes, probe).map((one) => one.evidence.hash);

  test("is the newest of the camera and of what goes through its stages, the others behind it", () => {
    const outcomes = [
      outcome("rear", "camera", 50, "other", ["rear"]),
      outcome("front", "camera", 10, "own", ["camera"]),
      outcome("picture", "picture", 20, "through", ["camera", "cable"]),
    ];
    expect(hashes(outcomes)).toEqual(["through", "own", "other"]);
    expect(hashes(outcomes, "rear")).toEqual(["other", "through", "own"]);
  });

  test("is any picture of a room with one camera, but that of surveillance", () => {
    const outcomes = [
      outcome("gate", "surveillance", 90, "gate"),
      outcome("front", "camera", 80, null),
      outcome("picture", "picture", 20, "room"),
    ];
    expect(hashes(outcomes)).toEqual(["room", "gate"]);
    expect(hashes([])).toEqual([]);
  });

  test("is one of each probe, and one that has arrived before a newer one that has not", () => {
    const late = { ...outcome("picture", "picture", 90, null), evidence: [still("new", false)] };
    const proof = { at_ms: 20, verdict: "fail", finding: null, evidence: [still("old")] } as const;
    const both = { ...late, proof: { ...proof, evidence: [...proof.evidence] } };
    expect(hashes([outcome("front", "camera", 99, null), both])).toEqual(["old"]);
    const other = outcome("second", "picture", 5, "here");
    expect(hashes([outcome("front", "camera", 99, null), late, other])).toEqual(["here", "new"]);
  });
});

test("to learn may take as long as a camera that turns, settles and is looked at twice", () => {
  expect(answerWithin({ command: { learn: 3 } })).toBeGreaterThan(90_000);
  expect(answerWithin({ command: { recall: 3 } })).toBeLessThan(30_000);
  expect(answerWithin({ command: "home" })).toBeLessThan(30_000);
});
