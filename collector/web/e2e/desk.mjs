// What an operator does beside a call, in a browser against the stand-in collector: finds a venue without the mouse, looks a unit
// up and imports the register.
import { scene } from "./scene.mjs";

const { collector, page, check, shot, play, id, until, says, counts, english } = await scene(768);

async function finds() {
  await page.goto(collector.url);
  await page.locator('[data-ready="overview"]').waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("鼓楼");
  await id("found-350102-01").waitFor();
  await page.keyboard.press("ArrowDown");
  await shot("search");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/venues/350102-01");
  check("/ and arrows and Enter open a venue from any page", true);
  await page.keyboard.press("/");
  await page.keyboard.type("350103-01");
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="found-"]').length === 1);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/venues/350103-01");
  check("the only one that matches needs no arrow", true);
  await page.keyboard.press("/");
  await page.keyboard.type("鼓楼");
  await id("found-350102-01").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/venues\?q=/);
  check("without a choice Enter lists all", true);
}

async function units() {
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await id("unit-list").waitFor();
  await says("g u opens the units", "units-total", "个单位");
  await id("units-search").fill("鼓楼区");
  await id("unit-em-350102").waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="unit-em-"]').length === 1);
  await page.keyboard.press("Enter");
  await page.keyboard.press("j");
  await id("unit-shares").waitFor();
  await says("a unit tells its rooms and what it shares", "unit-detail", "350102001-01", "3501-01", "（其他单位）");
  await page.locator('[data-testid="unit-detail"] .state').first().waitFor();
  await shot("units");
  await id("unit-parent").click();
  await page.locator('[data-testid="unit-detail"][data-unit="em-3501"]').waitFor();
  await id("unit-below").locator("li").nth(12).waitFor();
  await says("a unit lists those below it", "unit-below", "鼓楼区应急管理局", "本级");
  await shot("units-below");
  check("and leads to the unit above it", true);
  await id("units-search").fill("金门");
  await id("unit-em-350527").click();
  await says("an excluded unit says why", "unit-excluded", "暂不具备条件");
  await english("units");
  await id("units-search").fill("");
}

/** Who types in Chinese is not disturbed by what is found meanwhile, and a word that is not finished finds nothing. */
async function typed() {
  const keyboard = await page.context().newCDPSession(page);
  await id("units-search").focus();
  for (const text of ["g", "gu", "gul", "gulou"])
    await keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  check("what is composed stays in the field", (await id("units-search").inputValue()) === "gulou");
  await keyboard.send("Input.insertText", { text: "鼓楼区" });
  await until("and finds when it is a word", () => new URLSearchParams(location.search).get("q") === "鼓楼区");
  await id("units-search").fill("");
  await page.waitForFunction(() => !new URLSearchParams(location.search).has("q"));
}

async function imports() {
  const csv = await (await fetch(`${collector.url}/api/v1/units/export`)).text();
  const file = (text) => ({ name: "units.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await id("units-import").click();
  await id("import-file").setInputFiles(file(`${csv}bad,line\r\n`));
  await id("import-verdict").waitFor();
  await says("a wrong line is named and nothing can be taken", "units-import-dialog", "第 100 行");
  check("so that the key is off", await id("import-go").isDisabled());
  await shot("units-import");
  await id("import-file").setInputFiles(file(`${csv}fj-new,新单位,成员单位,,,,,,,\r\n`));
  await page.waitForFunction(() => document.querySelector('[data-testid="import-go"]:not([disabled])'));
  const total = await id("units-total").textContent();
  check("trying alone changes nothing", total.startsWith("98"), total);
  await id("import-go").click();
  await page.locator('[data-testid="units-import-dialog"][data-step="done"]').waitFor();
  await page.waitForFunction(() => document.querySelector('[data-testid="units-total"]').textContent.startsWith("99"));
  check("a confirmed file is in force, and the page knows", true);
  await id("import-go").click();
}

async function called() {
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await id("post-35-01").waitFor();
  await counts("past calls stand below", '[data-testid^="past-"]', 3);
  await id("inbound-operator").fill("林秀英");
  await id("inbound-operator").blur();
  await shot("inbound");
  await page.keyboard.press("1");
  await id("inbound-call").waitFor();
  await until("one key starts three minutes", () =>
    /^(3:00|2:5\d)$/.test(document.querySelector('[data-testid="call-clock"] b')?.textContent ?? ""),
  );
  const [order] = await collector.inbound();
  const asked = JSON.stringify([order.venue, order.caller, order.kind, order.operator, order.key]);
  check("for the room of the key", asked === '["35-01","应急管理部","duty","林秀英",null]', asked);
  await counts("steps run side by side", '[data-step="running"].inbound-step', 3, false);
  await shot("inbound-checking");
  await page.locator('[data-testid="inbound-banner"][data-tone="ready"]').waitFor();
  await says("可应答 is said by itself", "inbound-banner", "可应答");
  await page.goto(`${collector.url}/systems`);
  await id("inbound-strip").waitFor();
  await says("every page says that we are called", "inbound-strip", "正在被点名");
  await shot("inbound-strip");
  await page.locator('[data-testid="inbound-strip"] a').click();
  await id("answered-person").click();
  await id("inbound-answered").waitFor();
  await says("who answered, and how", "inbound-answered", "人工应答", "林秀英");
  await counts("and the clock stands still", '[data-testid="call-clock"][data-phase="ended"]', 1);
  await page.keyboard.press("e");
  await page.locator('[data-testid="inbound-call"][data-state="on-time"]').waitFor();
  await english("inbound call");
  await page.goto(`${collector.url}/systems`);
  await page.locator("#search").fill("福州");
  await page.keyboard.press("F9");
  await id("inbound-call").waitFor();
  const orders = (await collector.inbound()).filter((one) => one.path === "/inbound");
  const newest = JSON.stringify([orders.length, orders.at(-1).venue, orders.at(-1).caller, orders.at(-1).kind]);
  check(
    "F9 calls the first room from any page, also from a field",
    newest === '[2,"35-01","应急管理部","duty"]',
    newest,
  );
  await id("inbound-close").click();
  await page.waitForFunction(() =>
    /再按|再次|确认/.test(document.querySelector('[data-testid="inbound-close"]')?.textContent ?? ""),
  );
  check("what nobody answered is not ended at once", (await id("inbound-call").getAttribute("data-state")) === "open");
  await id("inbound-close").click();
  await page.locator('[data-testid="inbound-call"][data-state="missed"]').waitFor();
  await id("seal-open").waitFor();
}

async function kept() {
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await id("call-form").waitFor();
  await id("scope-include-3501").click();
  await id("search-include").fill("鼓楼区");
  await id("offer-em-350102").click();
  await counts("a unit is called beside a place", '[data-testid="chosen-em-350102"]', 1);
  await id("group-name").fill("省会周边");
  await id("group-save").click();
  await id("group-1").waitFor();
  await counts("what was chosen is saved as a group, and chosen", '[data-testid="group-1"]:checked', 1);
  await shot("call-group");
  await composed();
  await id("group-edit-1").click();
  await id("chosen-em-350102").waitFor();
  await says("a group is edited by the names of what it holds", "chosen-em-350102", "鼓楼区应急管理局");
  await id("group-edit-name").fill("省会与厦门");
  await page.locator('[data-testid="group-form"] [data-testid="scope-include-3502"]').click();
  await shot("call-group-edit");
  await id("group-edited").click();
  await id("group-form").waitFor({ state: "detached" });
  await says("and keeps its place", "call-groups", "省会与厦门", "2 地方");
  await id("schedules-open").click();
  await id("schedule-new").click();
  await id("schedule-name").fill("早点名");
  await id("days-working").click();
  await id("rule-at").fill("8:30");
  await id("schedule-whom").selectOption("g1");
  await id("schedule-operator").fill("林秀英");
  await id("schedule-save").click();
  await id("schedule-1").waitFor();
  await says("a schedule says its days, times and group", "schedule-1", "工作日 08:30", "省会与厦门");
  await id("schedule-edit-1").click();
  await id("schedule-form").waitFor();
  await id("days-of_month").click();
  await id("monthday-15").click();
  await id("schedule-whom").selectOption("lists");
  await page.locator('[data-testid="schedule-form"] [data-testid="search-include"]').fill("鼓楼区");
  await page.locator('[data-testid="schedule-form"] [data-testid="offer-350102"]').click();
  await shot("call-schedule-edit");
  await id("schedule-save").click();
  await id("schedule-form").waitFor({ state: "detached" });
  await says("edited it says its new days and names its place", "schedule-1", "每月 1、15 日 08:30", "鼓楼区");
  await shot("call-schedules");
  await page.keyboard.press("Escape");
  await id("call-schedules").waitFor({ state: "detached" });
  await english("roll call page");
}

/** An input method keeps Enter and Esc for itself: neither is a word sent, nor a dialogue left. */
async function composed() {
  const keyboard = await page.context().newCDPSession(page);
  const compose = (text) =>
    keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  await id("form-title").fill("");
  await id("form-title").focus();
  await compose("dianming");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  const begun = (await collector.calls()).filter((one) => one.method === "POST" && one.path === "/roll-calls");
  check("Enter of an input method begins no roll call", begun.length === 0 && page.url().endsWith("/roll-call"));
  const focused = await page.evaluate(() => document.activeElement?.dataset.testid);
  check("nor does its Esc leave the field", focused === "form-title", focused);
  await keyboard.send("Input.insertText", { text: "点名" });
  check("the word stands there", (await id("form-title").inputValue()) === "点名");
  await id("form-title").fill("");
}

/** A second press while the first is on its way says nothing more. */
async function twice() {
  await collector.hold("POST /roll-call-schedules$");
  await id("schedules-open").click();
  await id("schedule-new").click();
  await id("schedule-name").fill("晚点名");
  await id("schedule-operator").fill("林秀英");
  await id("schedule-save").evaluate((key) => {
    key.click();
    key.click();
  });
  await page.locator('[data-testid="schedule-save"]:disabled').waitFor();
  check("two presses send a schedule once", (await collector.hold()) === 1);
  await id("schedule-form").waitFor({ state: "detached" });
  await counts("and it stands there once", '[data-testid^="schedule-edit-"]', 2);
  await page.keyboard.press("Escape");
  await id("call-schedules").waitFor({ state: "detached" });
}

async function history() {
  await counts("the records stand there", '[data-testid^="record-"]', 5);
  await id("history-place").selectOption("3502");
  await counts("a place leaves those that called somebody there", '[data-testid^="record-"]', 2);
  await id("history-clear").click();
  const day = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
  await id("history-from").fill(day(Date.now() - 3 * 86_400_000));
  await counts("and days those that were called then", '[data-testid^="record-"]', 2);
  await id("history-kind").selectOption("emergency");
  await says("nothing that fits is said, with what to do", "call-history-none", "放宽");
  await shot("call-history");
  await id("history-clear").click();
  await counts("and all come back", '[data-testid^="record-"]', 5);
}

async function links() {
  await id("form-operator").fill("林秀英");
  await id("form-title").fill("链接点名");
  await page.locator('[data-testid="source-lists"]').click();
  await id("scope-include-3502").click();
  await id("call-go").click();
  await id("call-wall").or(id("call-counties")).first().waitFor();
  await page.locator(".call-row").first().click();
  await id("link-make").click();
  await id("link-address").waitFor();
  await id("links-open").click();
  await counts("a link of a call is listed", '[data-testid="call-links"] li[data-state="open"]', 1);
  await shot("call-links");
  const withdraw = page.locator('[data-testid^="link-withdraw-"]');
  await withdraw.click();
  await withdraw.click();
  await counts("and withdrawn", '[data-testid="call-links"] li[data-state="revoked"]', 1);
  await page.keyboard.press("Escape");
  await id("call-links").waitFor({ state: "detached" });
  await page.locator('.call-title a[href="/roll-call"]').click();
  await id("call-history").waitFor();
}

async function signed() {
  await page.locator('[data-testid^="record-"] a').first().click();
  await id("record-open").click();
  await id("record-notice").fill("总体良好，个别会场无声，请限期整改。");
  await id("record-by").fill("郑丽华");
  await id("record-sign").click();
  await page.locator('[data-testid="call-record"][data-edition="1"]').waitFor();
  await counts("a correction asks why", '[data-testid="record-sign"]:disabled', 1);
  await id("record-verify").click();
  await says("a sealed edition is verified", "record-verified", "完好");
  await shot("call-record");
  await page.keyboard.press("Escape");
}

await play([finds, units, typed, imports, called, kept, twice, history, links, signed]);
