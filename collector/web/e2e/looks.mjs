// Every page and dialogue, in both languages and all themes, against the stand-in collector: nothing is cut, half translated, pale, raw or without a
// name for who cannot see it. Nothing is done here that another script does: a dialogue is opened, looked at and left.
//   AVOW_SHOTS  folder for pictures
//   AVOW_LOOKS  all: the third theme and a larger screen too
//   AVOW_ONLY   names of looks, with commas

import { blemishes } from "./blemishes.mjs";
import { chineseChrome } from "./browser.mjs";
import { scene } from "./scene.mjs";

const all = process.env.AVOW_LOOKS === "all";
const only = process.env.AVOW_ONLY?.split(",");
const SUITS = [
  ["zh", "light", 1366, 768],
  ["en", "contrast", 1366, 768],
  ...(all
    ? [
        ["zh", "dark", 1920, 1080],
        ["en", "light", 1920, 1080],
      ]
    : []),
];

const { collector, page, errors, check, shot, play, id } = await scene(768);
const api = (path, body) =>
  fetch(`${collector.url}/api/v1${path}`, { method: "POST", body: JSON.stringify(body) }).then((told) => told.json());
const day = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
const calls = await (await fetch(`${collector.url}/api/v1/roll-calls`)).json();
const record = (title) => calls.items.find((call) => call.title === title).id;
const run = (await (await fetch(`${collector.url}/api/v1/inspections/runs?open=false`)).json()).items[0].id;
const underway = (await (await fetch(`${collector.url}/api/v1/inspections/runs?open=true`)).json()).items[0].id;

const click = (name) => id(name).first().click();
const operator = () => page.evaluate(() => localStorage.setItem("avow.call.operator", "林秀英"));

/** Where to go, what to do there, and what is seen then. */
const LOOKS = {
  overview: ["/", null, '[data-ready="overview"]'],
  help: ["/", () => page.keyboard.press("?"), '[data-testid="help-list"]'],
  search: [
    "/",
    async () => {
      await page.keyboard.press("/");
      await page.keyboard.type("鼓楼");
    },
    '[data-testid="found-350102-01"]',
  ],
  "search-none": [
    "/",
    async () => {
      await page.keyboard.press("/");
      await page.keyboard.type("没有这样的会场");
    },
    '[data-testid="search-found"]',
  ],
  "page-none": ["/nowhere", null, '[data-testid="not-found"]'],
  "call-start": ["/roll-call", null, '[data-testid="call-history"]'],
  "call-start-proven": ["/roll-call", () => id("depth-proven").check(), '[data-testid="call-forecast"]'],
  "call-confirm": [
    "/roll-call",
    async () => {
      await id("depth-proven").check();
      await click("call-go");
    },
    '[data-testid="call-confirm"]',
  ],
  "call-groups-none": ["/roll-call?bare", () => click("source-group"), ".call-new"],
  "call-meetings": ["/roll-call", () => click("source-meeting"), '[data-testid="call-meetings"]'],
  "call-refused": [
    "/roll-call",
    async () => {
      await collector.refuse("POST /roll-calls$", 409);
      await click("call-go");
    },
    '[data-testid="call-problem"]',
  ],
  "call-schedules-none": ["/roll-call", () => click("schedules-open"), '[data-testid="call-schedules"] p'],
  "call-schedule-new": [
    "/roll-call",
    async () => {
      await click("schedules-open");
      await click("schedule-new");
      await click("days-of_month");
    },
    '[data-testid="schedule-form"]',
  ],
  "call-history-none": ["/roll-call?kind=emergency", null, '[data-testid="call-history-none"]'],
  "call-live": [() => `/roll-call/${live}`, null, '[data-testid="call-counties"]'],
  "call-live-venues": [() => `/roll-call/${live}`, () => click("view-venues"), '[data-testid="call-wall"]'],
  "call-live-detail": [
    () => `/roll-call/${live}`,
    () => page.locator(".call-row").first().click(),
    '[data-testid="call-hand"]',
  ],
  "call-found-none": [() => `/roll-call/${live}`, () => id("filter-text").fill("zzz"), ".call-middle .notice"],
  "call-end": [() => `/roll-call/${live}`, () => click("call-end"), '[data-testid="end-reason"]'],
  "call-links-none": [() => `/roll-call/${live}`, () => click("links-open"), '[data-testid="call-links"] p'],
  "call-complete": [() => `/roll-call/${complete}`, null, ".call-cities"],
  "call-complete-end": [() => `/roll-call/${complete}`, () => click("call-end"), '[data-testid="end-reason"]'],
  "call-broken-off": [`/roll-call/${record("防台风点名")}`, null, '[data-testid="call-closed"]'],
  "call-corrected": [`/roll-call/${record("全市点名")}`, () => click("view-venues"), '[data-testid="call-wall"]'],
  "call-corrected-words": [
    `/roll-call/${record("全市点名")}`,
    async () => {
      await id("filter-text").fill(corrected[1]);
      await page.locator(`[data-testid="row-${corrected[1]}"]`).click();
      await page.locator('[data-testid="hand-correct"] summary').click();
    },
    '[data-testid="call-words"]',
  ],
  "call-record": [`/roll-call/${record("全市点名")}`, () => click("record-open"), '[data-testid="call-editions"] li'],
  "call-missing": ["/roll-call/1", null, '[data-testid="not-found"]'],
  inbound: ["/inbound", null, '[data-testid="post-35-01"]'],
  "inbound-edit": [
    "/inbound",
    async () => {
      await click("inbound-edit");
      await id("inbound-add").fill("没有这样的会场");
    },
    ".inbound-add li",
  ],
  "inbound-ready": [() => `/inbound/${called[0]}`, null, '[data-testid="inbound-banner"][data-tone="ready"]'],
  "inbound-backup": [() => `/inbound/${called[1]}`, null, '[data-testid="inbound-banner"][data-tone="ready"]'],
  "inbound-no-box": [() => `/inbound/${called[2]}`, null, '[data-testid="inbound-call"]'],
  calendar: ["/inspections", null, '[data-testid="month"]'],
  plans: ["/inspections/plans", null, '[data-testid="plan-list"]'],
  "plan-edit": ["/inspections/plans", () => click("edit-1"), '[data-testid="plan-form"]'],
  "plan-start": ["/inspections/plans", () => click("start-2"), '[data-testid="start-now"]'],
  "plan-days": ["/inspections/plans", () => click("plan-days"), '[data-testid="days-off"]'],
  templates: ["/inspections/plans", () => click("plan-templates"), '[data-testid="template-daily"]'],
  "template-edit": [
    "/inspections/plans",
    async () => {
      await click("plan-templates");
      await click("template-edit-daily");
    },
    '[data-testid="template-form"]',
  ],
  "run-live": [`/inspections/runs/${underway}`, null, '[data-testid="run-facts"]'],
  "run-pause": [`/inspections/runs/${underway}`, () => click("run-pause"), '[data-testid="run-ask"]'],
  "run-cancel": [`/inspections/runs/${underway}`, () => click("run-cancel"), '[data-testid="run-ask"]'],
  "run-record": [
    `/inspections/runs/${run}?conclusion=abnormal`,
    async () => {
      await page.locator('[data-testid^="venue-"]').first().click();
      await click("manual-edit");
    },
    '[data-testid="manual-form"]',
  ],
  "run-stages": [`/inspections/runs/${run}?view=stages`, null, '[data-testid="run-stages"]'],
  "run-compare": [`/inspections/runs/${run}?view=compare`, null, '[data-testid="compare"] .chips'],
  "run-rectify": [`/inspections/runs/${run}`, () => click("run-rectify"), '[data-testid="from-run"]'],
  "run-seal": [`/inspections/runs/${run}`, () => click("seal-open"), '[data-testid="seal"]'],
  "run-missing": ["/inspections/runs/999999", null, '[data-testid="not-found"]'],
  obligations: ["/inspections/obligations", null, '[data-testid="owes-350102"]'],
  "obligations-venues": ["/inspections/obligations?of=venue", null, '[data-of="venue"] [data-testid^="owes-"]'],
  "obligations-none": ["/inspections/obligations?q=zzz", null, '[data-testid="owed-none"]'],
  "obligations-rules": ["/inspections/obligations", () => click("owed-rules"), '[data-testid="owed-rules-form"]'],
  "joint-test": [
    "/inspections/obligations",
    async () => {
      await page.locator('[data-testid="owes-350104"] td[data-state="owed"] button').first().click();
      await id("sheet-fill").check();
      await click("conclusion-abnormal");
    },
    '[data-testid="sheet-problem"]',
  ],
  "joint-test-correct": [
    "/inspections/obligations",
    async () => {
      await page.locator('[data-testid="owes-350105"] td[data-state="done"] button').first().click();
      await click("correct");
    },
    '[data-testid="correct-test"]',
  ],
  "joint-test-withdraw": [
    "/inspections/obligations",
    async () => {
      await page.locator('[data-testid="owes-350105"] td[data-state="done"] button').first().click();
      await click("withdraw");
    },
    '[data-testid="withdraw-why"]',
  ],
  rectification: [
    "/inspections/rectification",
    () => page.locator('[data-testid^="matter-1"]').first().click(),
    '[data-testid="matter-history"]',
  ],
  "rectification-none": ["/inspections/rectification?q=zzz", null, '[data-testid="rectify-nothing"]'],
  "matter-new": [
    "/inspections/rectification",
    async () => {
      await click("rectify-add");
      await id("search-where").fill("鼓楼");
    },
    '[data-testid="found-where"] button',
  ],
  "matter-change": [
    "/inspections/rectification?shown=open",
    async () => {
      await page.locator('[data-testid^="matter-1"]').first().click();
      await click("do-changed");
    },
    '[data-testid="step-form"]',
  ],
  warnings: ["/inspections/warnings", null, '[data-testid="drifts"]'],
  "warnings-enter": [
    "/inspections/warnings",
    () => page.locator('[data-testid="drifts"] li button').first().click(),
    '[data-testid="enter"]',
  ],
  "warnings-frequent": [
    "/inspections/warnings?view=frequent",
    () => click("frequent-rule"),
    '[data-testid="frequent-form"]',
  ],
  "warnings-backups": ["/inspections/warnings?view=backups", null, '[data-testid="unproven"]'],
  assurance: ["/assurance", null, '[data-ready="assurance"]'],
  "assurance-start": ["/assurance", () => click("assure-start"), '[data-testid="response-form"]'],
  "assurance-adjust": [
    "/assurance",
    () => page.locator('[data-testid^="adjust-"]').first().click(),
    '[data-testid="adjust-form"]',
  ],
  "assurance-end": [
    "/assurance",
    () => page.locator('[data-testid^="end-"]').first().click(),
    '[data-testid="adjust-form"]',
  ],
  "assurance-approve": ["/assurance", () => click("approve"), '[data-testid="approve-form"]'],
  "assurance-rules": ["/assurance", () => click("rules-edit"), '[data-testid="rules-person"]'],
  meetings: ["/meetings", null, '[data-testid="meetings-list"]'],
  reports: ["/reports", () => page.locator("tbody tr").nth(4).click(), '[data-testid="document"]'],
  "reports-inbound": ["/reports?kind=inbound", null, '[data-testid="documents-list"]'],
  "reports-nothing": ["/reports?month=2020-01", null, '[data-testid="documents-nothing"]'],
  units: ["/units", null, '[data-testid="unit-list"]'],
  "unit-one": ["/units?unit=em-350102", null, '[data-testid="unit-shares"]'],
  "units-none": ["/units?q=zzz", null, ".units .notice"],
  "units-import": ["/units", () => click("units-import"), '[data-testid="units-import-dialog"]'],
  venues: ["/venues", null, '[data-testid="venue-list"] [data-testid^="venue-35"]'],
  "venues-none": ["/venues?q=zzz", null, '[data-testid="venues-none"]'],
  systems: ["/systems", null, ".systems table"],
  failed: [
    "/assurance",
    async () => {
      await collector.refuse("GET /(documents|inspections/plans)$", 503);
      await page.goto(`${collector.url}/reports`);
    },
    '[data-testid="failed"]',
  ],
  forbidden: [
    "/assurance",
    async () => {
      await collector.refuse("GET /inspections/plans$", 403);
      await page.goto(`${collector.url}/inspections/plans`);
    },
    '[data-testid="forbidden"]',
  ],
};

let live = 0;
let complete = 0;
let corrected = [];
const called = [];

/** What the pages show that nothing in the stand-in has from the start. */
async function prepare() {
  await page.goto(collector.url);
  await operator();
  const small = {
    title: "厦门点名",
    kind: "duty",
    depth: "present",
    places: ["3502"],
    deadline_s: 180,
    operator: "林秀英",
  };
  complete = (await api("/roll-calls", small)).id;
  await collector.calls("skip=20000");
  await collector.calls("complete=1");
  const order = {
    title: "防汛点名",
    kind: "emergency",
    depth: "ready",
    confirmed: true,
    places: ["35"],
    deadline_s: 180,
    operator: "林秀英",
  };
  live = (await api("/roll-calls", order)).id;
  await collector.calls("skip=70000");
  const whole = await (await fetch(`${collector.url}/api/v1/roll-calls/${record("全市点名")}`)).json();
  corrected = whole.entries.filter((entry) => entry.said).map((entry) => entry.venue);
  check("what was put right after the end of a call stands in its record", corrected.length === 2, corrected.join(" "));
  for (const venue of ["35-01", "3501-02", "350102-07"]) {
    const { call } = await api("/inbound", {
      venue,
      caller: "应急管理部",
      kind: "duty",
      basis: "",
      operator: "林秀英",
    });
    called.push(call.id);
  }
  await collector.inbound("skip=20000");
  const test = {
    subject: "350105",
    kind: "monthly",
    at_ms: Date.now() - 60_000,
    note: "",
    near: { person: "王五", telephone: null },
  };
  await api("/joint-tests", { ...test, far: { person: "赵六", telephone: null } });
  await api("/assurance", {
    title: "防台风二级响应",
    hazard: "台风",
    level: "ii",
    authority: "福建省防汛抗旱指挥部",
    document: `闽防汛〔${day(Date.now()).slice(0, 4)}〕12 号`,
    places: ["3502", "3509"],
    freeze: true,
    approver: "欧阳振华",
    person: "林秀英",
    note: "",
    to_ms: null,
  });
}

async function wear(lang, theme) {
  // Past the mask of a dialogue, as no pointer could.
  await page.evaluate(
    ([wanted, suit]) => {
      document.querySelector(`[data-testid="theme-${suit}"]`).click();
      if (!document.documentElement.lang.startsWith(wanted)) document.querySelector('[data-testid="language"]').click();
    },
    [lang, theme],
  );
  await page.waitForFunction(
    ([wanted, suit]) =>
      document.documentElement.lang.startsWith(wanted) && document.documentElement.dataset.theme === suit,
    [lang, theme],
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function look(name, [where, act, seen]) {
  const [[, , first_width, first_height]] = SUITS;
  await page.setViewportSize({ width: first_width, height: first_height });
  await page.goto(collector.url + (typeof where === "function" ? where() : where));
  await page.locator(".top").waitFor();
  // What comes above the page moves it: nothing is pressed before.
  if (new URL(page.url()).pathname !== "/inbound") await id("inbound-strip").waitFor();
  await act?.();
  await page.locator(seen).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  const bad = [];
  for (const [lang, theme, width, height] of SUITS) {
    await page.setViewportSize({ width, height });
    await wear(lang, theme);
    const found = await page.evaluate(blemishes);
    if (lang === "en") found.push(...(await page.evaluate(chineseChrome)).map((text) => `Chinese: ${text}`));
    bad.push(...found.map((one) => `${lang} ${theme} ${width}: ${one}`));
    await shot(`${name}-${lang}-${theme}-${width}`);
  }
  await wear("zh", "light");
  check(name, bad.length === 0, [...new Set(bad)].slice(0, 8).join(" | "));
  await collector.refuse();
}

const looks = Object.entries(LOOKS).filter(([name]) => !only || only.includes(name));
await play([
  prepare,
  ...looks.map(([name, one]) => async () => {
    try {
      await look(name, one);
    } catch (error) {
      await shot(`broken-${name}`);
      check(`${name}: ${String(error).split("\n")[0]}`, false);
      await collector.refuse();
    }
  }),
  // What was refused on purpose stands in the console of the browser.
  async () => errors.splice(0, errors.length, ...errors.filter((text) => !/status of (403|404|409|503)/.test(text))),
]);
