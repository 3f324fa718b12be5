import { describe, expect, test } from "vitest";
import type { RollCallAnswer, RollCallCity, RollCallEntry, RollCallItem } from "../api/names";
import { merge, nextPoll, sinceOf } from "../roll_call/book";
import { countdown, minutes, seconds } from "../roll_call/countdown";
import { type CountyRow, countyOf, countyRows, inPlaceOf, worst } from "../roll_call/counties";
import { cellOf, eachCell, entryAt, fitCell, gridOf, stepFrom } from "../roll_call/grid";
import { ALL, groupsOf, isSpelt, stragglersFirst, wished } from "../roll_call/pick";
import { lengthOf, percent, placeAt, rateOf, standingAt, sumsOf, tallyOf, timeAt } from "../roll_call/replay";
import { countSigns, PAINTS, type Seen, SHAPES, SIGNS, type Sign, signOf } from "../roll_call/sign";
import { told } from "../roll_call/told";

const GIVEN = 1_000_000;

function entry(venue: string, some: Partial<RollCallEntry> = {}): RollCallEntry {
  return {
    venue,
    name: `${venue} 会场`,
    unit: venue,
    unit_id: null,
    city: venue.slice(0, 4),
    standing: "waiting",
    reason: null,
    mode: null,
    fault: null,
    heard_ms: null,
    answered_ms: null,
    done: null,
    of: null,
    aspects: [],
    person: null,
    excuse: null,
    asked: 0,
    before: "pass",
    before_heard_ms: GIVEN - 5_000,
    ...some,
  };
}

function call(some: Partial<RollCallItem> = {}): RollCallItem {
  return {
    id: 7,
    title: "早点名",
    depth: "present",
    confirmed: false,
    places: ["35"],
    except: [],
    venues: [],
    units: [],
    kind: "spot-check",
    group: null,
    meeting: null,
    schedule: null,
    notice: "",
    edition: 0,
    signed_by: null,
    signed_ms: null,
    operator: "林",
    basis: "",
    given_ms: GIVEN,
    until_ms: GIVEN + 180_000,
    system: "",
    complete_ms: null,
    ended_ms: null,
    cancelled: false,
    closed: null,
    ...tallyOf([]),
    rate: null,
    ...some,
  };
}

function answer(entries: RollCallEntry[], some: Partial<RollCallAnswer> = {}): RollCallAnswer {
  return { now_ms: GIVEN + 1_000, epoch_ms: 1, revision: 1, more: false, call: call(), cities: [], entries, ...some };
}

describe("the book", () => {
  const first = merge(null, answer([entry("350102-01"), entry("350103-01")]), null);

  test("takes the whole call, then what changed, and leaves the rest as it is", () => {
    const news = entry("350103-01", { standing: "on-time", mode: "auto", answered_ms: 900 });
    const second = merge(first, answer([news], { revision: 2, now_ms: GIVEN + 2_000 }), sinceOf(first));
    expect(second.entries).toEqual([first.entries[0], news]);
    expect(second.entries[0]).toBe(first.entries[0]);
    expect(sinceOf(second)).toEqual({ since: 2, epoch: 1 });
  });

  test("tells units without a room apart", () => {
    const mobile = (unit_id: string) => entry("u", { venue: null, unit_id, city: "3501" });
    const book = merge(null, answer([mobile("u-1"), mobile("u-2")]), null);
    const said = { ...mobile("u-2"), standing: "on-time", mode: "telephone" } as RollCallEntry;
    const next = merge(book, answer([said], { revision: 2, now_ms: GIVEN + 2_000 }), sinceOf(book));
    expect(next.entries.map((one) => one.standing)).toEqual(["waiting", "on-time"]);
    expect(countyOf(said)).toBe("3501");
  });

  test("takes what further pages bring, sorted by venue", () => {
    const page = answer([entry("350102-02"), entry("350101-01")], { revision: 9, now_ms: GIVEN + 2_000 });
    const both = merge(first, page, sinceOf(first));
    expect(both.entries.map((one) => one.venue)).toEqual(["350101-01", "350102-01", "350102-02", "350103-01"]);
    expect(both.at.get("350102-02")).toBe(2);
    expect(first.entries.length).toBe(2);
  });

  test("keeps its list when what comes again is as it was", () => {
    const again = merge(first, answer([entry("350102-01")], { now_ms: GIVEN + 2_000 }), sinceOf(first));
    expect(again.entries).toBe(first.entries);
    expect(again.now_ms).toBe(GIVEN + 2_000);
  });

  test("begins anew after a restart of the collector, and for another call", () => {
    const restarted = answer([entry("350102-01")], { epoch_ms: 2 });
    expect(merge(first, restarted, sinceOf(first)).entries.length).toBe(1);
    const other = answer([entry("350102-01")], { call: call({ id: 8 }) });
    expect(merge(first, other, sinceOf(first)).entries.length).toBe(1);
  });

  test("is not set back by an answer that was overtaken", () => {
    expect(merge(first, answer([], { now_ms: GIVEN }), sinceOf(first))).toBe(first);
  });

  test("is asked for two or three times a second until the deadline, then calmly, and never when it is a record", () => {
    expect(nextPoll(first, 20)).toBe(380);
    expect(nextPoll(first, 600)).toBe(1_200);
    expect(nextPoll({ ...first, now_ms: GIVEN + 180_001 }, 20)).toBe(1_980);
    expect(nextPoll({ ...first, call: call({ ended_ms: GIVEN + 9_000 }) }, 20)).toBe(null);
  });
});

describe("signs", () => {
  test("no two have the same shape, and none is told by colour alone", () => {
    const shapes = SIGNS.map((sign) => JSON.stringify(SHAPES[sign]));
    expect(new Set(shapes).size).toBe(SIGNS.length);
    expect(Object.keys(PAINTS).sort()).toEqual([...SIGNS].sort());
  });

  test.each([
    ["on-time", "auto", null, "on-time"],
    ["on-time", "person", null, "person"],
    ["on-time", "telephone", null, "person"],
    ["on-time", "backup", null, "person"],
    ["late", "auto", null, "late"],
    ["late", "person", null, "person-late"],
    ["late", "auto", "no-sound", "fault"],
    ["on-time", "person", "no-picture", "person-fault"],
    ["in-meeting", "auto", "other", "in-meeting"],
    ["silent", null, null, "silent"],
    ["heard", null, null, "heard"],
    ["excused", "auto", null, "excused"],
  ] as const)("%s by %s with fault %s wears %s", (standing, mode, fault, sign) => {
    expect(signOf({ standing, mode, fault })).toBe(sign);
  });

  test("add up to all", () => {
    const counts = countSigns(["silent", "person", "person"]);
    expect([counts.silent, counts.person, counts.late]).toEqual([1, 2, 0]);
  });
});

describe("a replay", () => {
  const quick = entry("a", { standing: "on-time", mode: "auto", heard_ms: 200, answered_ms: 900 });
  const late = entry("b", { standing: "late", mode: "auto", heard_ms: 300, answered_ms: 11_000, fault: "no-sound" });
  const never = entry("c", { standing: "silent", reason: "away" });
  const excused = entry("d", { standing: "excused", excuse: "停电", excused_ms: 0 });
  const meets = entry("e", { standing: "in-meeting", mode: "auto", answered_ms: 500 });
  const both = entry("f", {
    standing: "on-time",
    mode: "telephone",
    answered_ms: 800,
    person: {
      person: "王",
      telephone: "",
      via: "hq",
      operator: "林",
      picture: null,
      sound: true,
      note: "",
      at_ms: 5_000,
    },
  });
  const all = [quick, late, never, excused, meets, both];
  const at = (ms: number) => all.map((one) => standingAt(one, ms, 10_000));
  const standings = (ms: number) => at(ms).map((seen) => seen.standing);

  test("begins with everybody waiting", () => {
    expect(standings(0)).toEqual(["waiting", "waiting", "waiting", "excused", "waiting", "waiting"]);
  });

  test("passes through what was heard and answered", () => {
    expect(standings(500)).toEqual(["heard", "heard", "waiting", "excused", "in-meeting", "waiting"]);
    expect(standings(899)[0]).toBe("heard");
    expect(standings(900)[0]).toBe("on-time");
  });

  test("turns at the deadline, and who answers later is late", () => {
    expect(standings(10_000).slice(0, 3)).toEqual(["on-time", "heard", "waiting"]);
    expect(standings(10_001).slice(0, 3)).toEqual(["on-time", "silent", "silent"]);
    expect(standings(11_000).slice(0, 3)).toEqual(["on-time", "late", "silent"]);
  });

  test("shows a person's word only from when it was said", () => {
    expect([at(800)[5]?.mode, at(5_000)[5]?.mode]).toEqual(["auto", "telephone"]);
  });

  test("shows an excuse only from when it was given, and before it what there was", () => {
    const given = { standing: "excused", excuse: "停电", excused_ms: 4_000 } as const;
    const stood = (one: RollCallEntry, ms: number) => standingAt(one, ms, 10_000).standing;
    expect([3_999, 4_000, 99_000].map((ms) => stood(entry("g", given), ms))).toEqual(["waiting", "excused", "excused"]);
    const answered = entry("h", { ...given, mode: "auto", answered_ms: 900 });
    expect([899, 900, 4_000].map((ms) => stood(answered, ms))).toEqual(["waiting", "on-time", "excused"]);
    const aspects = [{ aspect: "sound", state: "meeting", finding: null }];
    expect(stood({ ...answered, aspects }, 900)).toBe("in-meeting");
    const late = { ...given, excused_ms: 12_000 };
    expect([10_001, 12_000].map((ms) => stood(entry("i", late), ms))).toEqual(["silent", "excused"]);
  });

  test("counts a unit once, by the best of its venues, in that venue's city", () => {
    const room = (venue: string, some: Partial<RollCallEntry>) => entry(venue, { unit_id: "u-1", ...some });
    const rooms = [
      room("350102-01", { standing: "silent" }),
      entry("350103-01", { standing: "silent" }),
      room("350202-01", { standing: "on-time", mode: "auto", answered_ms: 900 }),
      room("350203-01", { standing: "on-time", mode: "auto", answered_ms: 950, fault: "no-sound" }),
    ];
    const seen = (ms: number) => rooms.map((one) => standingAt(one, ms, 10_000));
    const { all, cities } = sumsOf(rooms, seen(99_000), 99_000);
    expect([all.expected, all.on_time, all.silent, all.faulty]).toEqual([2, 1, 1, 0]);
    expect([...cities].map(([city, of]) => [city, of.expected])).toEqual([
      ["3502", 1],
      ["3501", 1],
    ]);
  });

  test("counts a unit by its room with picture and sound, and by one that is excused only where no other was called", () => {
    const room = (venue: string, some: Partial<RollCallEntry>) => entry(venue, { unit_id: "u-1", ...some });
    const answered = { standing: "on-time", mode: "auto", answered_ms: 900 } as const;
    const excused = { standing: "excused", excuse: "停电", excused_ms: 0 } as const;
    const sums = (...rooms: RollCallEntry[]) => {
      const seen = rooms.map((one) => standingAt(one, 99_000, 10_000));
      const { expected, whole, faulty, excused, silent } = sumsOf(rooms, seen, 99_000).all;
      return { expected, whole, faulty, excused, silent };
    };
    const none = { expected: 1, whole: 0, faulty: 0, excused: 0, silent: 0 };
    const faulty = room("350102-01", { ...answered, fault: "no-picture" });
    expect(sums(faulty, room("350102-02", answered))).toEqual({ ...none, whole: 1 });
    expect(sums(faulty, room("350102-02", { ...answered, mode: "backup" }))).toEqual(none);
    expect(sums(room("350102-01", excused), room("350102-02", { standing: "silent" }))).toEqual({ ...none, silent: 1 });
    expect(sums(room("350102-01", excused), room("350102-02", excused))).toEqual({ ...none, excused: 1 });
  });

  test("counts what was proven from when it was", () => {
    const across = (state: string) => [{ aspect: "across", state, finding: null }];
    const proof = (state: string, at_ms: number | null) =>
      ({ state, at_ms, why: null, run: null, with: null }) as RollCallEntry["proof"];
    const answered = { standing: "on-time", mode: "auto", answered_ms: 900 } as const;
    const rooms = [
      entry("350102-01", { ...answered, aspects: across("degraded"), proof: proof("ended", 40_000) }),
      entry("350102-02", { ...answered, aspects: across("failed"), proof: proof("ended", 40_000) }),
      entry("350102-03", { ...answered, proof: proof("fell-back", 0) }),
      entry("350102-04", { ...answered, proof: proof("fell-back", null) }),
      entry("350102-05", { ...answered, proof: proof("running", 3_000) }),
    ];
    const sums = (ms: number) => {
      const seen = rooms.map((one) => standingAt(one, ms, 180_000));
      const { all } = sumsOf(rooms, seen, ms);
      return [all.proven, all.fell_back];
    };
    expect([0, 900, 39_999, 40_000].map(sums)).toEqual([
      [0, 1],
      [0, 2],
      [0, 2],
      [1, 2],
    ]);
    expect(lengthOf(call({ ended_ms: GIVEN + 1 }), rooms)).toBe(40_000);
  });

  test("ends as the record stands, with its sums and its rate", () => {
    expect(standings(99_000)).toEqual(all.map((one) => one.standing));
    const tally = tallyOf(at(99_000));
    expect(tally).toMatchObject({ expected: 6, on_time: 2, late: 1, silent: 1, excused: 1, in_meeting: 1 });
    expect([tally.faulty, tally.by_person]).toEqual([1, 1]);
    expect(rateOf(tally)).toBe(0.5);
    expect(rateOf(tallyOf([]))).toBe(null);
    const whole = { standing: "on-time", mode: "auto", fault: null } as Seen;
    const seen = [
      whole,
      { ...whole, fault: "other" },
      { ...whole, fault: "no-sound" },
      { ...whole, mode: "backup" },
    ] as Seen[];
    expect(rateOf(tallyOf(seen))).toBe(0.5);
  });

  test("tells who was not counted when a call was broken off, and leaves him out of the rate", () => {
    const cut = entry("350102-01", { standing: "uncounted" });
    const at = (ms: number) => standingAt(cut, ms, 180_000, 20_000).standing;
    expect([at(0), at(19_999), at(20_000)]).toEqual(["waiting", "waiting", "uncounted"]);
    const whole = { standing: "on-time", mode: "auto", fault: null } as Seen;
    expect(rateOf(tallyOf([whole, standingAt(cut, 20_000, 180_000, 20_000)]))).toBe(1);
    const late = entry("350102-02", {
      standing: "silent",
      excuse: "停电",
      excused_ms: 200_000,
      excused_afterwards: true,
    });
    const untested = entry("350102-03", { standing: "on-time", mode: "auto", answered_ms: 5, untested: true });
    const rooms = [late, untested];
    const { all } = sumsOf(rooms, rooms, 200_000);
    expect([all.silent, all.excused_afterwards, all.untested]).toEqual([1, 1, 1]);
    expect(told(late, late).map(({ key }) => key)).toContain("call.told.excused-afterwards");
  });

  test("lasts until the last answer, and gives the first seconds most of the slider", () => {
    const ended = call({ ended_ms: GIVEN + 782_000 });
    expect(lengthOf(ended, all)).toBe(180_001);
    expect(lengthOf(ended, [entry("z", { answered_ms: 200_000 })])).toBe(200_000);
    expect(lengthOf(call({ ended_ms: GIVEN + 9_000 }), [])).toBe(9_000);
    expect([timeAt(0, 180_000), timeAt(0.25, 180_000), timeAt(1, 180_000)]).toEqual([0, 11_250, 180_000]);
    expect(placeAt(timeAt(0.7, 180_000), 180_000)).toBeCloseTo(0.7, 3);
  });

  test("never rounds a rate up", () => {
    expect([percent(1), percent(0.99999), percent(0.9731), percent(0.07)]).toEqual(["100.0", "99.9", "97.3", "7.0"]);
  });
});

describe("the clock", () => {
  test("counts down by the collector's time and goes on after the deadline", () => {
    const at = (ms: number) => countdown(call(), GIVEN + ms);
    expect(at(0).text).toBe("3:00");
    expect(at(-400).text).toBe("3:00");
    expect(at(1).text).toBe("3:00");
    expect([at(60_000).text, at(60_000).phase]).toEqual(["2:00", "running"]);
    expect([at(150_000).phase, at(179_999).text]).toEqual(["last", "0:01"]);
    expect([at(180_000).text, at(192_500).text, at(192_500).phase]).toEqual(["0:00", "+0:12", "over"]);
    expect(at(90_000).passed).toBe(0.5);
  });

  test("stands still when all have answered, though persons may still speak", () => {
    const complete = call({ complete_ms: GIVEN + 9_400 });
    expect(countdown(complete, GIVEN + 60_000)).toMatchObject({ phase: "ended", text: "0:09" });
    const over = call({ complete_ms: GIVEN + 9_400, ended_ms: GIVEN + 180_001 });
    expect([countdown(over, GIVEN).text, lengthOf(over, [])]).toEqual(["0:09", 9_400]);
    const person = { at_ms: 60_000 } as RollCallEntry["person"];
    expect(lengthOf(over, [entry("a", { answered_ms: 900, person })])).toBe(60_000);
    expect(nextPoll(merge(null, answer([], { call: complete }), null), 0)).toBe(2_000);
  });

  test("stands still in a record", () => {
    const ended = countdown(call({ ended_ms: GIVEN + 9_400 }), GIVEN + 99_000_000);
    expect([ended.phase, ended.text]).toEqual(["ended", "0:09"]);
    expect([minutes(3_665_000), seconds(840), seconds(12_340), seconds(75_400)]).toEqual([
      "61:05",
      "0.84",
      "12.3",
      "75",
    ]);
  });
});

describe("the wall", () => {
  const groups = [
    { code: "3501", name: "A", members: [0, 1, 2, 3, 4] },
    { code: "3502", name: "B", members: [5, 6] },
  ];
  const grid = gridOf(groups, { width: 32, cell: 10, head: 20, gap: 5 });

  test("gives each venue one cell, and finds it again under the pointer", () => {
    expect([grid.columns, grid.height]).toEqual([3, 75]);
    const drawn: number[] = [];
    eachCell(grid, 0, grid.height, ({ entry: index, x, y }) => {
      drawn.push(index);
      expect(entryAt(grid, x + 5, y + 5)).toBe(index);
      expect(cellOf(grid, index)).toEqual({ entry: index, x, y });
    });
    expect(drawn).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("has nothing under headings, gaps, and behind the last of a row", () => {
    for (const [x, y] of [
      [5, 5],
      [25, 35],
      [5, 42],
      [31, 25],
      [5, 99],
    ] as const)
      expect(entryAt(grid, x, y), `${x} ${y}`).toBe(null);
  });

  test("draws what is in sight alone", () => {
    const drawn: number[] = [];
    eachCell(grid, 31, 60, ({ entry: index }) => drawn.push(index));
    expect(drawn).toEqual([3, 4]);
  });

  test("takes the largest cells that fit, and the least when none does", () => {
    const frame = { width: 32, cell: 0, head: 20, gap: 5 };
    expect(fitCell(groups, frame, 75, 4, 10)).toBe(10);
    expect(fitCell(groups, frame, 60, 4, 10)).toBe(6);
    expect(fitCell(groups, frame, 10, 4, 10)).toBe(4);
  });

  test("is walked through with the arrows", () => {
    expect(stepFrom(grid, null, "ArrowRight")).toBe(0);
    expect(stepFrom(grid, 4, "ArrowRight")).toBe(5);
    expect(stepFrom(grid, 0, "ArrowDown")).toBe(3);
    expect(stepFrom(grid, 3, "ArrowDown")).toBe(5);
    expect(stepFrom(grid, 5, "ArrowUp")).toBe(3);
    expect(stepFrom(grid, 6, "ArrowDown")).toBe(6);
  });
});

describe("the list", () => {
  const cities = [{ place: "3501" }, { place: "3512" }] as RollCallCity[];
  const entries = [
    entry("35-01", { standing: "on-time", mode: "auto", answered_ms: 5, city: "35" }),
    entry("350102-01", { standing: "silent", reason: "no-box" }),
    entry("350103-01", { standing: "silent", reason: "no-answer", name: "台江区指挥大厅" }),
    entry("350128-01", { standing: "on-time", mode: "person", answered_ms: 9, city: "3512" }),
  ];
  const signs: Sign[] = entries.map(signOf);

  test("is grouped by the city that the tree names, also of a county that hangs elsewhere", () => {
    expect(groupsOf([0, 1, 2, 3], entries, cities).map((g) => [g.code, g.members])).toEqual([
      ["35", [0]],
      ["3501", [1, 2]],
      ["3512", [3]],
    ]);
  });

  test("is narrowed by city, sign and words", () => {
    expect(wished(entries, signs, ALL)).toEqual([0, 1, 2, 3]);
    expect(wished(entries, signs, { ...ALL, city: "3501" })).toEqual([1, 2]);
    expect(wished(entries, signs, { ...ALL, signs: ["person", "on-time"] })).toEqual([0, 3]);
    expect(wished(entries, signs, { ...ALL, text: " 台江" })).toEqual([2]);
    expect(wished(entries, signs, { ...ALL, text: "350128" })).toEqual([3]);
    const spelt = { ...ALL, text: "tj" };
    expect([isSpelt("tj"), isSpelt("tai jiang"), isSpelt("t"), isSpelt("350128"), isSpelt("台江")]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(wished(entries, signs, spelt)).toEqual([]);
    expect(wished(entries, signs, spelt, new Set([entries[2]?.venue ?? ""]))).toEqual([2]);
  });

  test("has stragglers first, and those first whom a call may reach", () => {
    expect(stragglersFirst([0, 1, 2, 3], entries, signs)).toEqual([2, 1, 0, 3]);
  });
});

describe("the wall by counties", () => {
  const cities = [{ place: "3501" }, { place: "3502" }] as RollCallCity[];
  const entries = ["3501-01", "350102-01", "350102002-01", "350103-01", "350103-02", "350202-01"].map((venue) =>
    entry(venue),
  );
  const all = entries.map((_, index) => index);
  const rows = (...signs: Sign[]) => countyRows(all, entries, signs, cities);
  const codes = (of: readonly CountyRow[]) => of.map(({ counties }) => counties.map(({ code }) => code));

  test("has a tile for each county and the city's own seat, and each venue in one", () => {
    const [first, second] = rows("silent", "person", "silent", "heard", "waiting", "fault");
    expect(first?.counties.map(({ code, members, open }) => [code, members, open])).toEqual([
      ["350103", 2, 2],
      ["350102", 2, 1],
      ["3501", 1, 1],
    ]);
    expect(second?.counties[0]).toMatchObject({ code: "350202", members: 1, open: 0, faulty: 1 });
    expect(first?.counties.map((one) => worst(one))).toEqual([
      { sign: "waiting", n: 2 },
      { sign: "silent", n: 1 },
      { sign: "silent", n: 1 },
    ]);
  });

  test("says nothing to do where all have answered", () => {
    const [, second] = rows("on-time", "on-time", "on-time", "on-time", "on-time", "in-meeting");
    expect(second?.counties.map(worst)).toEqual([null]);
  });

  test("keeps tiles where they are, with what is new of them", () => {
    const held = rows("silent", "silent", "silent", "on-time", "on-time", "on-time");
    expect(codes(held)).toEqual([["350102", "3501", "350103"], ["350202"]]);
    const next = rows("on-time", "on-time", "on-time", "silent", "silent", "on-time");
    const placed = inPlaceOf(held, next);
    expect(codes(placed)).toEqual(codes(held));
    expect(placed[0]?.counties[2]?.open).toBe(2);
    expect(codes(inPlaceOf([], next))).toEqual(codes(next));
  });

  test("opens a county, and the seat of a city without its counties", () => {
    const signs = entries.map(signOf);
    expect(wished(entries, signs, { ...ALL, city: "3501", county: "350102" })).toEqual([1, 2]);
    expect(wished(entries, signs, { ...ALL, city: "3501", county: "3501" })).toEqual([0]);
  });
});

describe("what is said", () => {
  const keys = (some: Partial<RollCallEntry>) => {
    const one = entry("a", some);
    return told(one, one).map((said) => said.key);
  };

  test("tells a box's answer from a person's, in words", () => {
    const answered = { standing: "on-time", answered_ms: 800 } as const;
    expect(keys({ ...answered, mode: "auto" })).toEqual(["call.told.after", "call.mode.auto"]);
    const seen = { picture: true, sound: true, note: "", at_ms: 1 };
    const person = { person: "王", telephone: "", via: "hq" as const, operator: "", ...seen };
    expect(keys({ ...answered, mode: "telephone", person, fault: "no-picture" })).toEqual([
      "call.fault.no-picture",
      "call.told.after",
      "call.mode.telephone",
      "call.told.person",
    ]);
  });

  test("says why nobody has answered, and not too early that somebody does not", () => {
    expect(keys({ standing: "silent", reason: "no-answer" })).toEqual(["call.reason.no-answer"]);
    expect(keys({ standing: "waiting", reason: "no-answer" })).toEqual(["call.reason.asked"]);
    expect(keys({ standing: "waiting", reason: "away" })).toEqual(["call.reason.away"]);
    expect(keys({ standing: "heard", reason: "unfinished", done: 2, of: 4 })).toEqual(["call.told.working"]);
    expect(keys({ standing: "heard", reason: "unfinished", done: 0, of: 0 })).toEqual(["call.reason.unfinished"]);
    expect(keys({ standing: "excused", excuse: "停电" })).toEqual(["call.told.excuse"]);
    expect(keys({ venue: null, unit_id: "u", standing: "waiting", reason: "no-room" })).toEqual([
      "call.reason.no-room",
    ]);
  });

  test("says how far the run with HQ is, and why there is none", () => {
    const proof = { why: null, run: null, with: null, at_ms: null };
    const answered = { standing: "on-time", answered_ms: 800, mode: "auto" } as const;
    const first = (some: Partial<RollCallEntry>) => keys({ ...answered, ...some })[0];
    expect(first({ proof: { ...proof, state: "running" } })).toBe("call.proof.running");
    expect(first({ proof: { ...proof, state: "fell-back", why: "no-slot" } })).toBe("call.proof.why.no-slot");
  });
});
