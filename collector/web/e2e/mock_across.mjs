// Runs of two venues, as the stand-in collector tells them: one that is well, one that is not, and one that is begun and ended by hand.
const LIMITS = {
  delay_ms: [150, 400],
  early_ms: [45, 90],
  late_ms: [125, 185],
  still_ms: [500, 2000],
  echo_db: [-30, -10],
};

const WAY = {
  heard: "right",
  heard_venue: null,
  seen: "right",
  seen_venue: null,
  delay_ms: 141.2,
  delay_error_ms: 8,
  judged_delay_ms: 141.2,
  level_db: -28.4,
  snr_db: 21.3,
  echo_db: null,
  lip_sync_ms: 20.5,
  lip_sync_error_ms: 20,
  picture: { frames: 498, missing: 2, repeated: 0, longest_still_ms: 120, fps: 24.9 },
  findings: [],
};

const UNHEARD = { ...WAY, heard: null, seen: null, delay_ms: null, delay_error_ms: null, judged_delay_ms: null };
const NOTHING = { ...UNHEARD, level_db: null, snr_db: null, lip_sync_ms: null, lip_sync_error_ms: null, picture: null };

export class Across {
  #begun = [];
  asked = [];

  constructor(world, obligations) {
    this.world = world;
    this.obligations = obligations;
  }

  #end(venue, told, answer = null, detail = null) {
    return { venue, name: this.world.venues.get(venue)?.name ?? venue, answer, detail, told };
  }

  /** There is a run until somebody ends it. */
  begin(order) {
    this.asked.push(order);
    const at_ms = Date.now();
    const ends = [this.#end(order.first, false), this.#end(order.second, false)];
    const ways = [
      { ...NOTHING, from: order.first, to: order.second },
      { ...NOTHING, from: order.second, to: order.first },
    ];
    const run = {
      number: at_ms,
      at_ms,
      until_ms: at_ms + 40_000,
      verdict: "unknown",
      ends,
      ways,
      round_trip_ms: null,
      interrupted: false,
      proposes: false,
      joint_tests: [],
    };
    this.#begun.unshift(run);
    return run;
  }

  /** The newest is over: the second venue hears another one, and what it sends comes late and out of step. */
  end() {
    const [run] = this.#begun;
    if (!run) return;
    const [first, second] = run.ends.map((end) => end.venue);
    run.until_ms = null;
    run.verdict = "fail";
    run.ends = [this.#end(first, true, "done"), this.#end(second, true, "done")];
    run.round_trip_ms = 561;
    run.ways = [
      {
        ...UNHEARD,
        from: first,
        to: second,
        heard: "other",
        heard_venue: "350103-01",
        seen: "right",
        level_db: null,
        findings: [{ code: "across.other-venue", verdict: "fail" }],
      },
      {
        ...WAY,
        from: second,
        to: first,
        delay_ms: -812,
        delay_error_ms: null,
        judged_delay_ms: 280.5,
        echo_db: -24,
        lip_sync_ms: -240,
        findings: [
          { code: "across.lip-sync", verdict: "fail" },
          { code: "across.delay", verdict: "degraded" },
          { code: "across.echo", verdict: "degraded" },
        ],
      },
    ];
  }

  list(venue) {
    const at_ms = Date.now() - 5_400_000;
    const other = "350103-01";
    const ways = [
      { ...WAY, from: venue, to: other },
      { ...WAY, from: other, to: venue, delay_ms: 96.3, judged_delay_ms: 96.3, lip_sync_ms: -61 },
    ];
    const ends = [this.#end(venue, true, "done"), this.#end(other, true, "done")];
    const well = {
      number: 1,
      at_ms,
      until_ms: null,
      verdict: "pass",
      ends,
      ways,
      round_trip_ms: 237.5,
      interrupted: false,
      proposes: true,
      joint_tests: this.obligations.proposed(1),
    };
    const refused = {
      number: 2,
      at_ms: at_ms - 86_400_000,
      until_ms: null,
      verdict: "unknown",
      ends: [this.#end(venue, false, "interlocked", "现在有会议"), this.#end(other, false)],
      ways: ways.map(({ from, to }) => ({ ...NOTHING, from, to })),
      round_trip_ms: null,
      interrupted: false,
      proposes: false,
      joint_tests: [],
    };
    const begun = this.#begun.filter((run) => run.ends.some((end) => end.venue === venue));
    return { now_ms: Date.now(), limits: LIMITS, items: [...begun, well, refused] };
  }
}

/** What the room's sound test heard, per octave and as a wave. */
export function curves() {
  const hz = [125, 250, 500, 1000, 2000, 4000, 8000];
  const wave = Array.from({ length: 200 }, (_, n) => Math.sin(n / 3) * Math.sin((n / 200) * Math.PI) * 0.3);
  return {
    curves: [
      { name: "response", x_unit: "Hz", y_unit: "dB", x: hz, y: [-12.5, -4.1, -1.2, 0, -0.8, -9.5, -21] },
      { name: "baseline", x_unit: "Hz", y_unit: "dB", x: hz, y: [-11.9, -3.8, -1.0, 0, -0.6, -2.4, -5.5] },
      { name: "waveform", x_unit: "ms", y_unit: "", x: wave.map((_, n) => n * 10), y: wave },
    ],
  };
}
