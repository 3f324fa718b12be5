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

const of = (some) => ({ ...WORK, ...some });

const UPPER = ["province", "city", "county"];

export const BUILT_IN = [
  { key: "daily", title: "日常巡检", work: WORK },
  { key: "monthly", title: "月度联调", work: of({ kind: "monthly", manual: MANUAL, confirmed: true, levels: UPPER }) },
  { key: "yearly", title: "年度联调", work: of({ kind: "yearly", manual: MANUAL, confirmed: true }) },
  { key: "before-half-day", title: "会前半天", lead_min: 720, work: of({ kind: "before", manual: MANUAL }) },
  {
    key: "before-day",
    title: "会前一天",
    lead_min: 1440,
    work: of({ kind: "before", manual: MANUAL, confirmed: true }),
  },
  { key: "assurance", title: "重保检查", work: of({ kind: "assurance" }) },
  { key: "visit", title: "上门巡检", work: of({ kind: "visit", probe_mode: "none", manual: MANUAL }) },
];

const SAID = { enabled: true, operator: "陈建平", basis: "", group: null };

export const PLANS = [
  { ...SAID, title: "每日巡检", work: WORK, when: { calendar: { days: "every", times: { at: ["02:00"] } } } },
  {
    ...SAID,
    title: "省市县月度联调",
    work: of({ kind: "monthly", manual: MANUAL, confirmed: true }),
    basis: "闽应急〔2026〕12 号",
    when: { calendar: { days: { of_month: [30] }, times: { at: ["09:00"] } } },
  },
  { ...SAID, title: "会前一天检查", work: of({ kind: "before" }), when: { "before-meetings": 1440 } },
  {
    ...SAID,
    title: "厦门上门巡检",
    work: of({ kind: "visit", places: ["3502"], manual: MANUAL }),
    enabled: false,
    when: "by-hand",
  },
];
