import { describe, expect, it } from "vitest";
import type { MouthToEarRun, MouthToEarWay, Outcome } from "../api/names";
import { curvesOf, frame, hertz, path, readCurves } from "../venue/curves";
import { bands, onBar, otherEnd, secondsLeft, syncVerdict, wayVerdict } from "../venue/mouth_to_ear";

const LIMITS = {
  delay_ms: [150, 400],
  early_ms: [45, 90],
  late_ms: [125, 185],
  still_ms: [500, 2000],
  echo_db: [-30, -10],
};

describe("lip sync", () => {
  it("may be late longer than early", () => {
    const said = [45, 46, 91, -125, -126, -186].map((early) => syncVerdict(early, LIMITS));
    expect(said).toEqual(["pass", "degraded", "fail", "pass", "degraded", "fail"]);
  });

  it("has a bar whose bands fill it and whose ends hold what is beyond", () => {
    const all = bands(LIMITS);
    expect(all.map((band) => band.of)).toEqual(["fail", "degraded", "pass", "degraded", "fail"]);
    expect(all.reduce((sum, band) => sum + band.width, 0)).toBeCloseTo(1);
    expect(all.every((band) => band.width > 0)).toBe(true);
    expect([onBar(-900), onBar(-300), onBar(200), onBar(900)]).toEqual([0, 0, 1, 1]);
  });
});

describe("a way", () => {
  const way = (heard: string | null, findings: MouthToEarWay["findings"]) => ({ heard, findings }) as MouthToEarWay;
  it("is as bad as its worst finding, and not known when nobody told", () => {
    const bad = [
      { code: "across.silent", verdict: "fail" as const },
      { code: "across.echo", verdict: "degraded" as const },
    ];
    expect([way("nobody", bad), way("right", []), way(null, [])].map(wayVerdict)).toEqual(["fail", "pass", "unknown"]);
  });

  it("has another end and an end in time", () => {
    const run = { ends: [{ venue: "a" }, { venue: "b" }], until_ms: 5_500 } as unknown as MouthToEarRun;
    expect([otherEnd(run, "a").venue, otherEnd(run, "b").venue]).toEqual(["b", "a"]);
    expect([secondsLeft(run, 1_000), secondsLeft(run, 9_000), secondsLeft({ ...run, until_ms: null }, 0)]).toEqual([
      5, 0, 0,
    ]);
  });
});

describe("curves", () => {
  const curve = { name: "response", x_unit: "Hz", y_unit: "dB", x: [125, 1000, 8000], y: [-12, 0, -21] };

  it("are read only when they can be drawn", () => {
    expect(readCurves({ curves: [curve, { ...curve, y: [1] }, { ...curve, x: [1, Number.NaN, 2] }, null] })).toEqual([
      curve,
    ]);
    expect([readCurves(null), readCurves({ curves: 3 }), readCurves("x")]).toEqual([[], [], []]);
  });

  it("have a logarithmic axis of frequencies and full tens of decibels", () => {
    const drawn = frame([curve], 600, 100);
    expect([drawn.low, drawn.high]).toEqual([-30, 0]);
    expect([drawn.x(125), drawn.x(1000), drawn.x(8000)].map(Math.round)).toEqual([0, 300, 600]);
    expect([drawn.y(0), drawn.y(-30)]).toEqual([0, 100]);
    expect(path(curve, drawn)).toBe("M0.0 40.0L300.0 0.0L600.0 70.0");
    const flat = frame([{ ...curve, x_unit: "ms", y_unit: "", y: [0, 0, 0] }], 10, 10);
    expect(flat.high).toBeGreaterThan(flat.low);
  });

  it("are those of the newest outcome that has arrived", () => {
    const evidence = (hash: string, available: boolean) => ({
      hash,
      available,
      media_type: "application/json",
      size: 1,
    });
    const before = { at_ms: 5, verdict: "pass", finding: null, evidence: [evidence("old", true)] };
    const one = { probe: "sound", at_ms: 9, evidence: [evidence("new", false)], proof: before } as unknown as Outcome;
    const other = { probe: "line", at_ms: 9, evidence: [], proof: null } as unknown as Outcome;
    expect(curvesOf([one, other]).map((c) => [c.evidence.hash, c.at_ms])).toEqual([["old", 5]]);
  });

  it("name frequencies as people do", () => {
    expect([125, 1000, 2500, 8000].map(hertz)).toEqual(["125", "1k", "2.5k", "8k"]);
  });
});
