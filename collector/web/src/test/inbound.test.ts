import { describe, expect, test } from "vitest";
import { CALLERS, postOf, readPosts, sameCall, writePosts } from "../inbound/posts";
import type { InboundFault, InboundItem, InboundStep } from "../inbound/shapes";
import { bannerOf, clockOf, columnsOf, shareOf, wayOut } from "../inbound/told";
import { countdown } from "../roll_call/countdown";

const RECEIVED = 1_000_000;

function call(some: Partial<InboundItem> = {}): InboundItem {
  return {
    id: 7,
    revision: 1,
    venue: "35-01",
    name: "指挥大厅",
    unit: "",
    caller: "应急管理部",
    kind: "duty",
    basis: "",
    operator: "",
    confirmed: true,
    received_ms: RECEIVED,
    until_ms: RECEIVED + 180_000,
    left_ms: 180_000,
    overdue: false,
    state: "open",
    ended_ms: null,
    edition: 0,
    signed_by: null,
    ready: null,
    first_ready_ms: null,
    first_ready: null,
    answer: null,
    dropped_by: null,
    dropped_why: null,
    ...some,
  };
}

function step(no: number, some: Partial<InboundStep> = {}): InboundStep {
  return {
    step: no,
    need: "line",
    backup: false,
    probe: `p${no}`,
    name: `检查 ${no}`,
    state: "running",
    began_ms: 0,
    ended_ms: null,
    took_ms: null,
    about_ms: 4_000,
    finding: null,
    why: null,
    detail: null,
    unasked: null,
    person: null,
    ...some,
  };
}

describe("who calls again", () => {
  const reply = (how: "person" | "auto") => ({ how, person: "王五", after_ms: 17_000, ready: null });
  const asked = { venue: "35-01", caller: "应急管理部", kind: "duty" } as const;
  test("gets the same call only while a person has still to answer and there is time", () => {
    const cases: [Partial<InboundItem>, number, boolean][] = [
      [{}, 60_000, true],
      [{ answer: reply("auto") }, 60_000, true],
      [{ answer: reply("person") }, 60_000, false],
      [{}, 180_000, false],
      [{ state: "missed" }, 60_000, false],
      [{ caller: "省政府" }, 60_000, false],
      [{ kind: "emergency" }, 60_000, false],
      [{ venue: "35-02" }, 60_000, false],
    ];
    for (const [some, after, same] of cases)
      expect(sameCall([call(some)], asked, RECEIVED + after) !== null, JSON.stringify(some)).toBe(same);
  });
  test("is written down in Chinese, whatever the screen speaks", () => {
    expect(CALLERS.map(({ value }) => value)).toEqual(["应急管理部", "省政府"]);
  });
});

describe("what is read from across the room", () => {
  const banner = (some: Partial<InboundItem>, open: "line"[] = [], faults: InboundFault[] = []) => {
    const { tone, key } = bannerOf({ call: call(some), open, faults });
    return [tone, key];
  };
  const fault: InboundFault = { step: 0, need: "line", remedy: "look", backup: null, finding: null, unasked: null };
  const answer = { person: "王五", after_ms: 40_000, ready: "main" } as const;

  test("says that the room can answer as soon as it can, and in which way", () => {
    expect(banner({}, ["line"])).toEqual(["not-yet", "inbound.banner.checking"]);
    expect(banner({ ready: "main" })).toEqual(["ready", "inbound.banner.ready"]);
    expect(banner({ ready: "backup" }, ["line"], [fault])).toEqual(["ready", "inbound.banner.backup"]);
  });

  test("says that it cannot, and what is late", () => {
    expect(banner({}, [], [fault])).toEqual(["bad", "inbound.banner.faults"]);
    expect(banner({}, [], [])).toEqual(["not-yet", "inbound.banner.unknown"]);
    expect(banner({ overdue: true }, ["line"])).toEqual(["bad", "inbound.banner.checking"]);
  });

  test("never takes a terminal that picked up by itself for a person", () => {
    expect(banner({ answer: { ...answer, how: "auto", person: "" } })).toEqual(["not-yet", "inbound.banner.auto"]);
    expect(banner({ answer: { ...answer, how: "person" } })).toEqual(["ready", "inbound.banner.answered"]);
    expect(banner({ state: "missed" })).toEqual(["bad", "inbound.state.missed"]);
  });
});

test("the clock stands still when a person has answered, and goes on when a terminal has", () => {
  const answer = { person: "王五", after_ms: 40_000, ready: null };
  const at = (some: Partial<InboundItem>) => countdown(clockOf(call(some)), RECEIVED + 60_000);
  expect(at({})).toMatchObject({ phase: "running", text: "2:00" });
  expect(at({ answer: { ...answer, how: "auto" } })).toMatchObject({ phase: "running" });
  expect(at({ answer: { ...answer, how: "telephone" } })).toMatchObject({ phase: "ended", text: "0:40" });
});

test("what stands in for something lies beside it, in the same order", () => {
  const steps = [
    step(4, { backup: true, need: null }),
    step(0, { need: "picture" }),
    step(1, { need: "line" }),
    step(2, { backup: true, need: "line" }),
    step(3, { need: "microphone" }),
  ];
  const { main, backup } = columnsOf(steps);
  expect(main.map((one) => one.need)).toEqual(["line", "microphone", "picture"]);
  expect(backup.map((one) => one.need)).toEqual(["line", null]);
});

test("a step is as far as it usually would be, and whole only when it has ended", () => {
  const at = (ms: number) => shareOf(step(0), call(), RECEIVED + ms);
  expect([at(-50), at(2_000), at(4_000), at(60_000)]).toEqual([0, 0.5, 0.9, 0.9]);
  expect(shareOf(step(0, { state: "waiting" }), call(), RECEIVED)).toBe(0);
  expect(shareOf(step(0, { state: "fail" }), call(), RECEIVED)).toBe(1);
});

test("each fault has a way out", () => {
  const fault = (some: Partial<InboundFault>): InboundFault => ({
    step: 0,
    need: "line",
    remedy: "look",
    backup: null,
    finding: null,
    unasked: null,
    ...some,
  });
  const steps = [step(0), step(4, { name: "政务外网" })];
  const use = wayOut(fault({ remedy: "use-backup", backup: 4, finding: "line.down" }), steps);
  expect(use).toEqual({ key: "inbound.remedy.use-backup", vars: { name: "政务外网" } });
  expect(wayOut(fault({ remedy: "finding", finding: "line.down" }), steps)).toEqual({ finding: "line.down" });
  expect(wayOut(fault({ remedy: "box", unasked: "away" }), steps)).toEqual({ key: "inbound.remedy.box.away" });
  expect(wayOut(fault({}), steps)).toEqual({ key: "inbound.remedy.look" });
});

test("the keys of the rooms are remembered, and nothing else stands for a room", () => {
  expect(readPosts("35-01,,moon,3501-02,35-01")).toEqual(["35-01", "3501-02"]);
  expect(readPosts(null)).toEqual([]);
  expect(readPosts(writePosts(["35-01", "35-02"]))).toEqual(["35-01", "35-02"]);
  expect([postOf("2", ["a", "b"]), postOf("3", ["a", "b"]), postOf("0", ["a"]), postOf("x", ["a"])]).toEqual([
    "b",
    null,
    null,
    null,
  ]);
});
