// Templates and plans of inspections with which the stand-in collector begins.
const MANUAL = [
  { key: "cables", title: "线缆", standard: "标签齐全，接头无松动" },
  { key: "charging", title: "充电", standard: "话筒、手台电量充足" },
];

const WORK = {
  kind: "daily",
  places: ["35"],
  except: [],
  venues: [],
  units: [],
  probe_mode: "all",
  probe_list: [],
  manual: [],
  confirmed: false,
  spread: { at_once: 200, per_county: 10 },
  quiet: { from: "22:00", to: "06:00" },
  window_min: 480,
};

export const BUILT_IN = [
  { key: "daily", title: "日常巡检", ...WORK },
  { key: "monthly", title: "月度联调", ...WORK, kind: "monthly", manual: MANUAL, confirmed: true },
  { key: "yearly", title: "年度联调", ...WORK, kind: "yearly", manual: MANUAL, confirmed: true },
  { key: "before-day", title: "会前一天", ...WORK, kind: "before", manual: MANUAL, confirmed: true, quiet: null },
  { key: "assurance", title: "重保检查", ...WORK, kind: "assurance" },
  { key: "visit", title: "上门巡检", ...WORK, kind: "visit", probe_mode: "none", manual: MANUAL },
];

const RULE = { days: "every", weekdays: [], monthdays: [], months: [], at: "02:00", lead_min: 720, on_working: false };
const PLAN = { ...WORK, enabled: true, operator: "陈建平", basis: "", rule: RULE };

export const PLANS = [
  { ...PLAN, title: "每日巡检" },
  {
    ...PLAN,
    title: "省市县月度联调",
    kind: "monthly",
    manual: MANUAL,
    confirmed: true,
    basis: "闽应急〔2026〕12 号",
    rule: { ...RULE, days: "monthdays", monthdays: [30], at: "09:00", on_working: true },
  },
  {
    ...PLAN,
    title: "会前一天检查",
    kind: "before",
    rule: { ...RULE, days: "before", lead_min: 1440 },
  },
  { ...PLAN, title: "厦门上门巡检", kind: "visit", places: ["3502"], enabled: false, rule: null, manual: MANUAL },
];
