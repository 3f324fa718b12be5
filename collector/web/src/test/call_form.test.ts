import { describe, expect, test } from "vitest";
import type { VenueRow } from "../api/names";
import { type Chosen, deadlineOf, type Form, foundIn, offered, orderOf, withChosen } from "../roll_call/form";

const of = (code: string): Chosen => ({ code, name: code, within: "" });

const FORM: Form = {
  source: "lists",
  group: null,
  meeting: null,
  kind: "duty",
  title: " 值班点名 ",
  depth: "present",
  include: [of("3501"), of("350203-01")],
  except: [of("350102")],
  levels: ["county"],
  deadline: "3:00",
  operator: "林",
  basis: "",
  system: "",
};

describe("the order", () => {
  test("tells places from venues, and never agrees to sound and motion without being ready", () => {
    expect(orderOf(FORM)).toEqual({
      title: "值班点名",
      depth: "present",
      kind: "duty",
      places: ["3501"],
      venues: ["350203-01"],
      except: ["350102"],
      levels: ["county"],
      units: [],
      deadline_s: 180,
      confirmed: false,
      operator: "林",
      basis: "",
      system: "",
    });
    expect(orderOf({ ...FORM, depth: "ready" })?.confirmed).toBe(true);
  });

  test("is none without a scope, with too large a one, or without a deadline", () => {
    expect(orderOf({ ...FORM, include: [] })).toBe(null);
    expect(orderOf({ ...FORM, deadline: "0:09" })).toBe(null);
    const many = Array.from({ length: 65 }, (_, n) => of(`3501${n + 10}`));
    expect(orderOf({ ...FORM, include: many })).toBe(null);
    expect(orderOf({ ...FORM, include: many.slice(1) })?.places?.length).toBe(64);
  });

  test("names a group or a meeting alone, and units beside places", () => {
    const group = orderOf({ ...FORM, source: "group", group: 7 });
    expect([group?.group, group?.places, group?.meeting]).toEqual([7, undefined, undefined]);
    expect(orderOf({ ...FORM, source: "group" })).toBe(null);
    expect(orderOf({ ...FORM, source: "meeting", meeting: 9 })?.meeting).toBe(9);
    const unit: Chosen = { code: "em-350102", name: "鼓楼区应急管理局", within: "", unit: true };
    const order = orderOf({ ...FORM, include: withChosen([of("3501")], unit) });
    expect([order?.places, order?.venues, order?.units]).toEqual([["3501"], [], ["em-350102"]]);
    expect(withChosen([unit], unit)).toEqual([unit]);
  });

  test.each([
    ["3:00", 180],
    ["0:10", 10],
    ["5", 300],
    ["60:00", 3_600],
    ["1：30", 90],
    ["0:09", null],
    ["60:01", null],
    ["3:60", null],
    ["", null],
    ["bald", null],
  ] as const)("reads the deadline %s as %s", (text, s) => {
    expect(deadlineOf(text)).toBe(s);
  });
});

describe("the scope", () => {
  test("holds nothing twice: a place takes in what lies inside of it", () => {
    const county = [of("350102"), of("350203-01")];
    expect(withChosen(county, of("3501")).map((one) => one.code)).toEqual(["350203-01", "3501"]);
    expect(withChosen([of("3501")], of("350102001-01"))).toEqual([of("3501")]);
    expect(withChosen([of("350102-01")], of("350102")).map((one) => one.code)).toEqual(["350102"]);
  });

  test("holds what lies in it in the tree, and not what its code says", () => {
    const fuzhou = { code: "3501", name: "福州市", within: "" };
    const pingtan = { code: "350128", name: "平潭综合实验区", within: "" };
    const room = { code: "350128001-01", name: "会场", within: "平潭综合实验区 苏平片区" };
    expect(withChosen([fuzhou], pingtan)).toEqual([fuzhou, pingtan]);
    expect(withChosen([fuzhou], room)).toEqual([fuzhou, room]);
    expect(withChosen([pingtan], fuzhou)).toEqual([pingtan, fuzhou]);
    expect(withChosen([pingtan], room)).toEqual([pingtan]);
    expect(withChosen([{ code: "35", name: "福建省", within: "" }], pingtan)).toHaveLength(1);
    const row = { id: "350128001-01", name: "会场", place: "350128001", place_name: "平潭综合实验区 苏平片区" };
    expect(foundIn(row).map((one) => [one.code, one.name])).toEqual([
      ["350128", "平潭综合实验区"],
      ["350128001", "苏平片区"],
      ["350128001-01", "会场"],
    ]);
  });

  test("is found by the names above a venue", () => {
    const row = {
      id: "350102001-01",
      name: "鼓东街道指挥大厅",
      place: "350102001",
      place_name: "福州市 鼓楼区 鼓东街道",
    };
    expect(foundIn(row).map((one) => [one.code, one.name, one.within])).toEqual([
      ["3501", "福州市", ""],
      ["350102", "鼓楼区", "福州市"],
      ["350102001", "鼓东街道", "福州市 鼓楼区"],
      ["350102001-01", "鼓东街道指挥大厅", "福州市 鼓楼区 鼓东街道"],
    ]);
    const codes = (text: string, venues: boolean) =>
      offered([row, { ...row, id: "350102001-02" }] as VenueRow[], text, venues).map((one) => one.code);
    expect(codes("鼓", true)).toEqual(["350102", "350102001", "350102001-01", "350102001-02"]);
    expect(codes("gdjd", false)).toEqual(["350102001"]);
  });
});
