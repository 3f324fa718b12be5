// An operator's day at HQ in a browser against a running collector: a group and a schedule, a call with a word on a phone that is
// signed off, an inspection from its first word over a phone page to its report, a joint test and a month's form, the archive,
// what has to be put right, early warning, a response.
//   AVOW_URL       the collector; its fleet serves AVOW_COUNTY
//   AVOW_COUNTY    a county of some venues, all of them served
//   AVOW_LIMITS=1  hold the limits: frames while the whole province is inspected
import { FRAME_P95_MS, framesOf } from "./browser.mjs";
import { scene } from "./scene.mjs";

const LOOK_MS = 4_000;
const COUNTY = process.env.AVOW_COUNTY ?? "350121";
const CITY = COUNTY.slice(0, 4);
const BARE = `${COUNTY}-09`;
const limits = process.env.AVOW_LIMITS === "1";

const { collector, page, check, shot, play, id, until, says, counts } = await scene(768, process.env.AVOW_URL);
const JSON_TYPE = { "content-type": "application/json" };
const send = (method, path, body) =>
  fetch(`${collector.url}/api/v1${path}`, { method, headers: JSON_TYPE, body: body && JSON.stringify(body) });
const dialogues = page.locator('[role="dialog"]:visible');
const closed = () => dialogues.waitFor({ state: "detached" });
const inside = (dialogue, name) => page.locator(`[data-testid="${dialogue}"] [data-testid="${name}"]`);

const chinaDay = () => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

async function group() {
  await page.goto(`${collector.url}/roll-call`);
  await id("call-form").waitFor();
  await id("scope-province").click();
  await id("search-include").fill(COUNTY);
  await id(`offer-${COUNTY}`).click();
  await id(`chosen-${COUNTY}`).waitFor();
  await id("group-name").fill("值守县");
  await id("group-save").click();
  await counts("a group is kept and chosen", '[data-testid^="group-"]:checked', 1);
}

async function schedule() {
  await id("schedules-open").click();
  await id("schedule-new").click();
  await id("schedule-name").fill("早点名");
  await id("days-working").click();
  await id("rule-at").fill("8:30");
  const of = await id("schedule-whom").locator("option").last().getAttribute("value");
  await id("schedule-whom").selectOption(of);
  await id("schedule-operator").fill("林秀英");
  await id("schedule-save").click();
  await says("a schedule says when it calls next, and whom", "call-schedules", "工作日 08:30", "值守县", "下次");
  await page.locator('[data-testid^="schedule-edit-"]').first().click();
  await id("days-every").click();
  await id("schedule-save").click();
  await id("schedule-form").waitFor({ state: "detached" });
  await says("and is edited", "call-schedules", "每天 08:30");
  await page.keyboard.press("Escape");
  await closed();
}

/** A room without a box can answer by a person alone. */
async function imported() {
  const csv = `会场编码,名称,单位\n${BARE},无主机会场,县应急管理局\n`;
  const headers = { "content-type": "text/csv" };
  const answer = await fetch(`${collector.url}/api/v1/registry/import`, { method: "POST", headers, body: csv });
  check("a room without a box is registered", answer.ok, String(answer.status));
}

/** Fills a page behind a one-time link in as somebody in a village does; it works once. */
async function onPhone(address, name) {
  const phone = await page.context().newPage();
  await phone.goto(address);
  const groups = await phone
    .locator('input[type="radio"]')
    .evaluateAll((all) => [...new Set(all.map((one) => one.name))]);
  for (const group of groups) await phone.locator(`input[type="radio"][name="${group}"]`).first().check();
  for (const field of await phone.locator('input[type="text"][required], input[type="tel"][required]').all())
    await field.fill((await field.getAttribute("type")) === "tel" ? "13800000000" : name);
  await phone.locator('button[type="submit"], button').last().click();
  await phone.waitForLoadState();
  await shot("day-phone");
  await phone.goto(address);
  const gone = await phone.locator("body").textContent();
  check("a link works once", !gone.includes("<form") && (await phone.locator("form").count()) === 0, gone.slice(0, 40));
  await phone.close();
}

async function called() {
  await id("form-operator").fill("林秀英");
  await id("form-title").fill("早点名");
  await id("form-kind-duty").click();
  await id("call-go").click();
  await page.locator('[data-testid="call"]').waitFor();
  const name = page.url().split("/").at(-1);
  await until(
    "boxes answer",
    () => Number(document.querySelector('[data-testid="sum-whole"]')?.textContent?.replace(/\D/g, "")) > 0,
  );
  await id("filter-text").fill("无主机会场");
  await page.locator(`[data-testid^="row-"][data-testid*="${BARE}"]`).click();
  await says("whoever has no box is to be telephoned", "call-detail", "无主机");
  await id("link-make").click();
  await onPhone(await id("link-address").textContent(), "孙七");
  await says("a person's word on a phone is a person's", "call-detail", "孙七", "人工");
  await shot("day-call-phone");
  // It ends at its deadline; neither who does not answer nor a person's word is waited for.
  await send("POST", `/roll-calls/${name}/end`, { by: "林秀英", reason: "演示" });
  await page.locator('[data-testid="call"][data-open="false"]').waitFor();
  await id("record-open").click();
  await id("record-notice").fill("总体良好。");
  await id("record-by").fill("郑丽华");
  await id("record-sign").click();
  await page.locator('[data-testid="call-record"][data-edition="1"]').waitFor();
  await id("record-verify").click();
  await says("the record is signed off and verified", "record-verified", "完好");
  await shot("day-signed");
  await page.keyboard.press("Escape");
  await closed();
  await page.goto(`${collector.url}/roll-call?place=${COUNTY}`);
  await counts("the county's history has the call", `[data-testid="record-${name}"]`, 1);
}

async function begun() {
  await page.goto(`${collector.url}/inspections/plans`);
  await id("plan-new").selectOption("visit");
  await id("plan-form").waitFor();
  await id("plan-name").fill("上门巡检一县");
  await id("plan-operator").fill("林秀英");
  await inside("plan-form", "scope-province").click();
  await page.locator('[data-testid^="from-group-"]').last().click();
  await id(`chosen-${COUNTY}`).waitFor();
  await id("when-hand").click();
  await id("plan-save").click();
  await closed();
  await page.locator('[data-testid^="start-"]').last().click();
  await id("start-person").fill("林秀英");
  await id("start-go").click();
  await page.locator('[data-ready="run"]').waitFor();
  await page.locator('[data-testid="run-venues"] [data-conclusion]').first().waitFor();
  check("an inspection of a group's venues begins", true);
}

/** By hand for one venue, on a phone for another. */
async function filled() {
  const rows = page.locator('[data-testid="run-venues"] [data-conclusion]');
  await rows.nth(0).click();
  await id("manual-edit").click();
  const say = page.locator('[data-testid="manual-form"] select');
  for (let item = 0; item < (await say.count()); item++)
    await say.nth(item).selectOption(item === 0 ? "abnormal" : "normal");
  await id("manual-person").fill("王五");
  await id("manual-save").click();
  await id("manual-form").waitFor({ state: "detached" });
  await counts("what a person found is kept", '[data-testid="manual"] li[data-state="abnormal"]', 1);
  const handle = page.locator('[data-testid="manual"] [data-testid^="handle-"]');
  await handle.click();
  await id("new-unit").fill("县应急管理局");
  await id("new-person").fill("王五");
  await id("new-go").click();
  await page.locator('[data-testid^="handled-"]').waitFor();
  check("and opens a matter", true);
  await id("review-person").fill("王五");
  await id("review-pass").click();
  await until("the record goes one level up", () => document.querySelector('[data-testid="review-return"]') !== null);
  await shot("day-record");

  const before = await id("record-of").getAttribute("data-venue");
  await rows
    .filter({ hasNot: page.locator(".is-selected") })
    .nth(1)
    .click();
  await page.waitForFunction(
    (was) => document.querySelector('[data-testid="record-of"]')?.dataset.venue !== was,
    before,
  );
  await id("link-make").click();
  await onPhone(await id("link-address").textContent(), "赵六");
  await says("what was said on a phone stands in the record", "manual", "赵六");
}

async function reported() {
  const run = page.url().match(/runs\/(\d+)/)[1];
  await id("run-cancel").click();
  await id("act-go").click();
  await page.locator('[data-testid="run"][data-state="ended"]').waitFor();
  await closed();
  await id("seal-open").click();
  await id("seal-by").fill("郑丽华");
  await counts("with records that are still filled in it is not", '[data-testid="seal-go"]:disabled', 1);
  await id("seal-unfinished").click();
  await id("seal-go").click();
  await counts("the report is signed off", '[data-testid="seal"][data-edition="1"]', 1);
  await id("record-verify").click();
  await says("and verified", "record-verified", "完好");
  await page.keyboard.press("Escape");
  await closed();
  const report = await (await fetch(`${collector.url}/api/v1/inspections/runs/${run}/report?form=html`)).text();
  check(
    "its report is there",
    report.includes("巡检报告") || report.includes("上门巡检一县"),
    `${report.length} bytes`,
  );
}

/** A joint test with its form, confirmed at both ends; the form of a month that is over is signed off. */
async function tested() {
  await page.goto(`${collector.url}/inspections/obligations`);
  await page.locator('[data-ready="obligations"]').waitFor();
  await page.keyboard.press("j");
  await page.locator("td.is-cursor").waitFor();
  await page.keyboard.press("Enter");
  await id("new-near").waitFor();
  await id("new-near").locator("input").first().fill("王五");
  await id("sheet-fill").check();
  await id("sheet-system").fill("省厅系统");
  await id("point-sound_in").selectOption("fixed");
  await id("conclusion-fixed").click();
  await id("sheet-problem").fill("声音小");
  await id("sheet-handling").fill("调整增益");
  await id("new-save").click();
  await says("the form stands with the test", "sheet-told", "整改后正常", "调整增益");
  const far = id("waits-far").locator("input");
  await far.first().fill("赵六");
  await far.nth(1).fill("0591-87654321");
  await id("confirm-far").click();
  await id("waits-far").waitFor({ state: "detached" });
  await says("both ends confirmed it", "joint-tests", "王五", "赵六");
  await shot("day-joint-test");
  await page.keyboard.press("Escape");
  await closed();
  await page.locator('td[data-state="done"]').first().waitFor();
  await id("month-seal").click();
  await id("seal-by").fill("郑丽华");
  await id("seal-go").click();
  await counts("the form of a month is signed off", '[data-testid="seal"][data-edition="1"]', 1);
  await page.keyboard.press("Escape");
  await closed();
}

/** All that the day signed off lies in the archive. */
async function archived() {
  await page.goto(`${collector.url}/reports`);
  await counts("three documents are kept", '[data-testid="documents-list"] tbody tr', 3);
  await id("documents-joint-tests").click();
  await counts("one of them is the month's", '[data-testid="documents-list"] tbody tr', 1);
  await page.keyboard.press("j");
  await id("record-verify").click();
  await says("its seal is checked", "record-verified", "已核对：完好");
  await page.goto(`${collector.url}/reports?kind=roll-call&place=${COUNTY}`);
  await counts("the call's is found by its county", '[data-testid="documents-list"] tbody tr', 1);
  await shot("day-reports");
}

async function ledger() {
  await page.goto(`${collector.url}/inspections/rectification`);
  await page.locator('[data-testid^="matter-"]').first().click();
  await id("do-fixed").click();
  await id("step-person").fill("王五");
  await id("step-note").fill("已更换");
  await id("step-go").click();
  await page.locator('[data-testid="matter"][data-state="fixed"]').waitFor();
  await says("a matter is put right, its history says by whom", "matter-history", "王五");
  await shot("day-ledger");
  await id("tab-warnings").click();
  await page.locator('[data-ready="warnings"]').waitFor();
  await id("warn-backups").click();
  await id("warn-frequent").click();
  await id("frequent-rule").click();
  await id("rule-faults").fill("5");
  await id("rule-person").fill("林秀英");
  await id("rule-save").click();
  await until("the rule of failing often is kept", () =>
    document.querySelector(".warnings .note")?.textContent?.includes("≥5"),
  );
  await shot("day-warnings");
}

async function response() {
  await page.goto(`${collector.url}/assurance`);
  await page.locator('[data-ready="assurance"]').waitFor();
  await id("staff-edit").click();
  await id("staff-add-iii").click();
  await id("staff-iii-0-name").fill("王五");
  await id("staff-iii-0-telephone").fill("0591-87654321");
  await id("staff-person").fill("林秀英");
  await id("staff-save").click();
  await says("who is on duty is kept", "staff-iii", "王五");
  await id("assure-start").click();
  await id("response-title").fill("防台风三级响应");
  await id("level-iii").click();
  await id(`scope-include-${CITY}`).click();
  await id("response-person").fill("林秀英");
  await id("response-authority").fill("省防指");
  await id("response-approver").fill("欧阳振华");
  await id("response-go").click();
  await closed();
  await says("a response is seen on every page", "assurance-badge", "Ⅲ");
  await id("approve").click();
  await id("search-where").fill(CITY);
  await id(`offer-${CITY}`).click();
  for (const [name, text] of [
    ["what", "更换核心设备"],
    ["person", "欧阳振华"],
    ["reason", "故障"],
  ])
    await id(`approve-${name}`).fill(text);
  await id("approve-go").click();
  await says("and an exception approved by name", "approvals", "欧阳振华");
  await says("its calls and its people are named", "assurance", "定时点名：08:00、20:00", "王五");
  await shot("day-assurance");
  const of = await page.locator('.response [data-testid^="adjust-"]').first().getAttribute("data-testid");
  const paper = await fetch(`${collector.url}/api/v1/assurance/${of.slice(7)}/report?day=${chinaDay()}&form=html`);
  check("its daily report is there", paper.ok && (await paper.text()).includes("重保日报"), String(paper.status));
  await page.locator('.response [data-testid^="end-"]').first().click();
  await id("adjust-person").fill("林秀英");
  await id("adjust-go").click();
  await closed();
  await counts("and it is ended", '.response[data-state="ended"]', 1);
}

/** What watching the whole province being inspected costs the browser. */
async function province() {
  const work = { kind: "daily", places: ["35"], probe_mode: "all", spread: { at_once: 5_000, per_county: 1_000 } };
  const order = { title: "全省巡检", operator: "林秀英", basis: "", work };
  const run = await (await send("POST", "/inspections/runs", order)).json();
  await page.goto(`${collector.url}/inspections/runs/${run.id}`);
  await page.locator('[data-testid="run-venues"] [data-conclusion]').first().waitFor();
  const frames = await framesOf(page, () => page.waitForTimeout(LOOK_MS));
  const what = `frames while ${run.tally.venues} venues are inspected`;
  check(what, !limits || frames.p95 <= FRAME_P95_MS, frames.told);
  await shot("day-province");
  const ended = await send("POST", `/inspections/runs/${run.id}/deeds`, { person: "林秀英", deed: "cancel" });
  // A machine that is quick has tested all of them meanwhile.
  check("it is cancelled, or over", ended.ok || ended.status === 409, String(ended.status));
}

await play([imported, group, schedule, called, begun, filled, reported, tested, archived, ledger, response, province]);
