// Inspections in a browser against the stand-in collector: the month and its keys, a plan edited and started, a run that is
// paused and cancelled, what a person fills in and passes on, an item that becomes a matter, the comparison, the seal.
import { readFile } from "node:fs/promises";
import { scene } from "./scene.mjs";

const PAGE_SHOWS_MS = 1500;

const { collector, page, check, shot, play, id, until, says, counts, english } = await scene(768);
const told = async (name) => (await id(name).textContent()) ?? "";
const asked = async (of) => (await fetch(`${collector.url}/mock/${of}`)).json();
const dialogues = page.locator('[role="dialog"]:visible');
const closed = () => dialogues.waitFor({ state: "detached" });

async function month() {
  await page.goto(collector.url);
  await page.locator('[data-ready="overview"]').waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.locator('[data-ready="inspections"]').waitFor();
  await counts("a week has seven days", ".month th", 7);
  const first = await page.locator(".month th").first().textContent();
  check("and begins on Monday", first === "周一", first);
  await until("what is under way is told with how far it is", () =>
    /已检 \d+ \/ 1,200/.test(document.querySelector('[data-testid="underway"]')?.textContent ?? ""),
  );
  await counts("today is marked", ".month td.is-now", 1);
  await shot("inspect-month");
  await page.keyboard.press("j");
  await counts("a key chooses a day", ".month td.is-chosen", 1);
  await page.keyboard.press("Escape");
  await page.keyboard.press("]");
  const shown = await page.locator('[data-ready="inspections"]').getAttribute("data-month");
  await until(
    "a key turns the month",
    (was) => {
      const month = document.querySelector('[data-ready="inspections"]');
      return month && month.dataset.month !== was && !month.querySelector("td.is-now");
    },
    shown,
  );
  await english("month");
}

/** A plan that follows a group says so, and says when the group is gone. */
async function follows() {
  const group = { name: "重点会场", places: [], except: [], venues: ["350102-01", "350103-01"], units: [] };
  const of = `${collector.url}/api/v1/groups`;
  const kept = await (await page.request.post(of, { data: group })).json();
  await page.reload();
  await id("plan-list").waitFor();
  await id("edit-3").click();
  await id("plan-follow").selectOption(String(kept.id));
  check("who follows a group chooses nobody besides", (await id("from-group-1").count()) === 0);
  await shot("inspect-plan-follow");
  await id("plan-save").click();
  await closed();
  await says(
    "a plan tells which group it follows and how many are in it",
    "plan-3",
    "跟随分组",
    "重点会场",
    "2 个会场",
  );
  await page.request.delete(`${of}/${kept.id}`);
  await page.reload();
  await says("and that the group is gone", "plan-3", "分组已删除", "不会开始");
  await shot("inspect-plan-gone");
}

async function plans() {
  await id("tab-plans").click();
  await id("plan-list").waitFor();
  await id("edit-1").click();
  await id("plan-form").waitFor();
  await id("plan-name").fill("");
  check("a plan without a name is not kept", await id("plan-save").isDisabled());
  await id("plan-name").fill("夜间巡检");
  await id("days-weekdays").click();
  await id("weekday-1").click();
  check("a plan without a day of the week is not kept", await id("plan-save").isDisabled());
  await id("weekday-1").click();
  await shot("inspect-plan");
  await id("plan-save").click();
  await closed();
  await page.waitForFunction(() => document.querySelector('[data-testid="plan-1"]')?.textContent?.includes("夜间巡检"));
  const row = await told("plan-1");
  check("a plan tells its calendar in words", row.includes("周一"), row);
  await says("a plan that could not begin says why", "plan-4", "单位已不存在", "鼓楼区应急管理局");
  await follows();
  await id("plan-days").click();
  await id("days-off").fill("10-01~10-07");
  await id("days-work").fill("10-03");
  check("a day is not off and worked at once", await id("days-save").isDisabled());
  await id("days-work").fill("10-10");
  await id("days-save").click();
  await closed();
  await id("plan-new").selectOption("visit");
  await id("plan-form").waitFor();
  check("a new plan begins with its template", (await id("plan-name").inputValue()) === "上门巡检");
  await page.keyboard.press("Escape");
  await closed();
  await id("plan-templates").click();
  await counts("the built-in templates are listed", '[data-testid^="template-edit-"]', 7);
  await id("template-edit-daily").click();
  await id("template-form").waitFor();
  await id("plan-name").fill("");
  check("a template without a name is not kept", await id("template-save").isDisabled());
  await id("plan-name").fill("夜间巡检模板");
  await id("plan-add-item").click();
  await page.locator('[data-testid^="plan-item-"] input').first().fill("机柜温度");
  await shot("inspect-template");
  await id("template-save").click();
  await says("a template is edited", "template-daily", "夜间巡检模板", "人工 1 项");
  await id("template-copy-visit").click();
  await id("template-save").click();
  await counts("and copied", '[data-testid^="template-edit-"]', 8);
  await shot("inspect-templates");
  await page.keyboard.press("Escape");
  await closed();
  await english("plans");
  await id("start-2").click();
  check("what happens in the rooms is said before", (await told("start-now")).includes("声音"));
  await id("start-person").fill("林秀英");
  await id("start-go").click();
  await page.locator('[data-ready="run"]').waitFor();
}

async function run() {
  check("a run that was started is shown", (await told("run-state")).includes("进行中"));
  await id("run-facts").waitFor();
  await page.goBack();
  await id("tab-calendar").click();
  await page.locator('[data-testid^="underway-"]').last().click();
  await page.locator('[data-ready="run"]').waitFor();
  await page.locator('[data-testid="run-venues"] [data-testid^="venue-"]').first().waitFor();
  const sums = await page.locator('[data-testid="run-sums"] dd').allTextContents();
  const [expected, ...parts] = sums.map((text) => Number(text.replace(/\D/g, "")));
  const sum = parts.slice(0, 7).reduce((all, one) => all + one, 0);
  check("the parts add up to what is expected", sum === expected, `${parts.slice(0, 7).join("+")} = ${expected}`);
  await says("it says when it will end", "run-far", "预计还需");
  const drawn = await page.locator('[data-testid="run-venues"] [data-testid^="venue-"]').count();
  check("only rows in sight exist", drawn < 40, `${drawn}`);
  const begun = performance.now();
  await id("only-abnormal").click();
  await page.waitForFunction(() => document.querySelector('[data-conclusion="abnormal"]'));
  check("a filter narrows the list soon", performance.now() - begun < PAGE_SHOWS_MS);
  await id("view-stages").click();
  await id("stage-").click();
  await page.waitForFunction(() => new URLSearchParams(location.search).get("blamed") === "-");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[data-testid="run-venues"] [data-conclusion]')];
    return rows.length > 0 && rows.every((row) => row.dataset.conclusion === "abnormal");
  });
  await counts("a group of failures narrows the list", '[data-testid="clear-stage"]', 1);
  await shot("inspect-run");
  await english("run");
}

async function record() {
  await id("clear-stage").click();
  await id("only-unfilled").click();
  await id("run-search").fill("村委会");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[data-testid="run-venues"] [data-conclusion]')];
    return rows.length > 0 && rows.every((row) => row.textContent.includes("村委会"));
  });
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await id("record-of").waitFor();
  await counts("what a box measured is marked so", '[data-testid="items"] [data-source="auto"]', 5);
  await id("link-make").click();
  check("a link for a phone is told once", (await id("link-address").textContent()).endsWith("/p/ab12"));
  await id("manual-edit").click();
  await id("say-cables").selectOption("normal");
  await id("manual-person").fill("王五");
  await id("manual-save").click();
  await id("manual-form").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelector('[data-testid="manual-cables"]')?.dataset.state === "normal");
  await says("what a person saw stands with his name", "manual-cables", "王五");
  const level = await id("review").getAttribute("data-level");
  await id("review-person").fill("王五");
  check("where it is filled in nobody returns it", (await id("review-return").count()) === 0);
  await id("review-pass").click();
  await page.waitForFunction((was) => document.querySelector('[data-testid="review"]')?.dataset.level !== was, level);
  await counts("one level up it can be returned only with a reason", '[data-testid="review-return"]:disabled', 1);
  await id("review-reason").fill("充电未填");
  await id("review-return").click();
  await page.locator('[data-testid="review"][data-state="returned"]').waitFor();
  await says("what was returned says why", "review", "充电未填");
  await shot("inspect-record");
  await id("view-places").click();
  await id("pass-level").selectOption("county");
  await page.waitForFunction(() =>
    /上报 \d+ 份/.test(document.querySelector('[data-testid="pass-go"]')?.textContent ?? ""),
  );
  await says("what is not filled in does not go up with the others", "pass-lying", "可上报", "待填报", "被退回");
  await id("pass-person").fill("县审核员");
  const all = Number(/可上报 (\d+)/.exec(await id("pass-lying").textContent())?.[1]);
  await fetch(`${collector.url}/mock/hold?path=${encodeURIComponent("POST /inspections")}`);
  await id("pass-go").click();
  await id("pass-stop").click();
  await fetch(`${collector.url}/mock/hold`);
  await says("who stops leaves the rest as it was", "pass-done", "已停止：已上报 1 份");
  const ready = all - 1;
  await until(
    "and may go on with it",
    (n) => document.querySelector('[data-testid="pass-go"]:enabled')?.textContent === `上报 ${n} 份`,
    ready,
  );
  await id("pass-go").click();
  await id("pass-done").waitFor();
  await says("all that are go up at once, and how many is said", "pass-done", `已上报 ${ready} 份`);
  await page.locator('[data-testid="pass-go"]:disabled').waitFor();
  check("nobody presses for nothing", true);
  await says("who fills in is asked on different days", "links-forecast", "待填报", "个工作日发送", "2026-11-26 至");
  await id("links-per-day").fill("0");
  await says("or all today", "links-forecast", "今天全部发送");
  await id("links-per-day").click({ clickCount: 3 });
  for (const key of ["Backspace", "1", "2"]) await page.keyboard.press(key);
  check("what is typed stands there", (await id("links-per-day").inputValue()) === "12");
  await says("as many a day as one says", "links-forecast", "个工作日发送");
  const told = page.waitForEvent("download");
  await id("links-go").click();
  const sheet = await readFile(await (await told).path(), "utf8");
  check(
    "the sheet says when each is sent",
    sheet.startsWith("\ufeff发送日期,会场编码,会场,单位,链接,有效期至\r\n2026-11-26,"),
  );
  await shot("inspect-pass");
  await id("view-stages").click();
}

async function handled() {
  await id("only-abnormal").click();
  await id("run-search").fill("");
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[data-testid="run-venues"] [data-conclusion]')];
    return rows.length > 0 && rows.every((row) => row.dataset.conclusion === "abnormal");
  });
  await page.locator('[data-testid="run-venues"] [data-conclusion]').first().click();
  await id("evidence-picture").click();
  await page.waitForFunction(() => document.querySelector(".run-evidence img")?.naturalWidth > 0);
  check("an item shows what proves it", true);
  await shot("inspect-evidence");
  await page.keyboard.press("Escape");
  await closed();
  await id("handle-line").click();
  await id("new-go").waitFor();
  const first = await id("new-problem").inputValue();
  check("a matter begins with what was found", first.startsWith("专线：") && first.length > 5, first);
  await id("new-person").fill("王五");
  await id("new-go").click();
  await id("handled-line").waitFor();
  const origin = (await asked("rectification")).at(-1).origin;
  check("and remembers its run", origin?.kind === "inspection" && origin.id > 0, JSON.stringify(origin));
  await shot("inspect-handled");
}

async function acts() {
  await id("run-pause").click();
  check("what a pause means is said before", (await told("run-ask")).includes("已派发的会做完"));
  await id("act-go").click();
  await page.locator('[data-testid="run"][data-state="paused"]').waitFor();
  await closed();
  await id("run-resume").click();
  await id("act-go").click();
  await page.locator('[data-testid="run"][data-state="running"]').waitFor();
  await closed();
  await id("run-rectify").click();
  await id("from-go").click();
  await id("from-done").waitFor();
  check(
    "faults go to the ledger in one go",
    (await asked("rectification")).some((one) => one.origin?.kind === "inspection"),
  );
  await page.keyboard.press("Escape");
  await closed();
  await id("run-cancel").click();
  await id("act-go").click();
  await page.locator('[data-testid="run"][data-state="ended"]').waitFor();
  await closed();
  await says("a run that was ended says how", "run-state", "已取消");
  await id("seal-open").click();
  await id("seal-by").fill("郑丽华");
  await id("seal-go").click();
  await counts("the report is signed off", '[data-testid="seal"][data-edition="1"]', 1);
  await counts("a correction of it asks why", '[data-testid="seal-go"]:disabled', 1);
  await id("record-verify").click();
  await says("and is verified", "record-verified", "完好");
  await shot("inspect-seal");
  await page.keyboard.press("Escape");
  await closed();
  await counts("its report comes in three forms", '[data-testid^="report-"]', 3);
  await id("view-compare").click();
  await id("compare").waitFor();
  await counts("it is compared with the run before", '[data-testid^="compare-"]', 2, false);
  const before = await page.locator('[data-testid="compare"]').getAttribute("data-with");
  const offered = await page
    .locator('[data-testid="with-run"] option')
    .evaluateAll((all) =>
      all.map(({ value, textContent }) => ({ value, day: textContent.slice(0, 16), title: textContent })),
    );
  const days = offered.map(({ day }) => day);
  check(
    "any earlier run is offered, the newest first",
    offered.length > 5 && days.join() === [...days].sort().reverse().join(),
    `${offered.length}`,
  );
  const another = offered.find(({ value, title }) => value !== before && title.includes("联调"));
  await id("with-run").selectOption(another.value);
  await page.waitForFunction(
    (wanted) =>
      document.querySelector('[data-testid="compare"]')?.dataset.with === wanted &&
      new URLSearchParams(location.search).get("with") === wanted,
    another.value,
  );
  await counts("and the chosen one is compared", '[data-testid="compare-only-now"]', 1);
  await shot("inspect-compare");
  await id("with-run").selectOption(before);
  await page.waitForFunction(() => !new URLSearchParams(location.search).has("with"));
  await english("compare");
}

/** A run that no plan began has none before it: a person says with which it is compared. */
async function byHand() {
  const order = { title: "临时巡检", operator: "林秀英", work: { kind: "visit", places: ["35"] } };
  const made = await fetch(`${collector.url}/api/v1/inspections/runs`, { method: "POST", body: JSON.stringify(order) });
  const { id: number } = await made.json();
  await page.goto(`${collector.url}/inspections/runs/${number}?view=compare`);
  await says("a run by hand is compared with none by itself", "compare", "请选择一次更早的巡检");
  await id("with-run").selectOption({ index: 1 });
  await counts("but with the one that is chosen", '[data-testid="with-open"]', 1);
  await page.locator('[data-testid="compare"] .chips button').first().waitFor();
  await shot("inspect-compare-by-hand");
}

await play([month, plans, run, record, handled, acts, byHand]);
