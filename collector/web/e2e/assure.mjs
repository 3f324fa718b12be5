// What follows from inspections, in a browser against the stand-in collector: the ledger of what has to be put right, early
// warning, and a response with its people, calls and papers.
import { chineseChrome } from "./browser.mjs";
import { scene } from "./scene.mjs";

const { collector, page, check, shot, play, id, until, says, counts, english } = await scene(768);
const asked = async (of) => (await fetch(`${collector.url}/mock/${of}`)).json();
const closed = () => page.locator('[role="dialog"]:visible').waitFor({ state: "detached" });

async function ledger() {
  await page.goto(`${collector.url}/inspections/rectification`);
  await id("rectify-list").waitFor();
  await id("rectify-overdue").click();
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll('[data-testid^="matter-1"]')];
    return rows.length > 0 && rows.every((row) => row.dataset.state === "overdue");
  });
  check("what is late is one click away", true);
  await page.keyboard.press("j");
  await id("matter").waitFor();
  await id("do-closed").click();
  await id("step-person").fill("王五");
  const state = await id("matter").getAttribute("data-state");
  const needed = (await id("step-go").isDisabled()) || state === "passed";
  check("without a re-test it is closed only with a reason", needed, state);
  await id("step-note").fill("会场撤销");
  await id("step-go").click();
  await page.locator('[data-testid="matter"][data-state="closed"]').waitFor();
  await says("its history says who and why", "matter-history", "会场撤销");
  await shot("inspect-ledger");
  await id("rectify-add").click();
  await id("search-where").fill("350102-01");
  await id("offer-350102-01").click();
  await says("a venue is found, and stands there by its name", "new-subject", "鼓楼区", "350102-01");
  await id("new-problem").fill("话筒啸叫");
  check("a matter without a unit is not entered", await id("new-go").isDisabled());
  await id("new-unit").fill("鼓楼区应急管理局");
  await id("new-person").fill("王五");
  await id("new-go").click();
  await closed();
  await says("a matter that was entered is shown", "matter", "话筒啸叫");
  await english("ledger");
}

async function warnings() {
  await id("tab-warnings").click();
  await id("drifts").waitFor();
  const first = await page.locator('[data-testid="drifts"] li').first().textContent();
  check(
    "a drift says when it crosses its limit",
    /越限/.test(first) && /\d{4}-\d\d-\d\d/.test(first),
    first.slice(0, 60),
  );
  await counts("and shows its course", ".drift-curve", 11, false);
  await shot("inspect-warnings");
  await page.locator('[data-testid="drifts"] li button').first().click();
  await id("enter-inspect.person").fill("王五");
  await shot("inspect-enter");
  await id("enter-go").click();
  await id("matter").waitFor();
  const entered = (await asked("rectification")).at(-1);
  check("a drift becomes a matter, its unit and day known", entered.origin?.kind === "warning" && entered.unit !== "");
  await id("tab-warnings").click();
  await id("warn-frequent").click();
  await id("frequent").waitFor();
  await id("frequent-rule").click();
  await id("rule-faults").fill("5");
  await id("rule-person").fill("林秀英");
  await id("rule-save").click();
  await id("frequent-form").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.querySelector(".warnings .note")?.textContent?.includes("≥5"));
  await id("rule-changes-frequent").locator("summary").click();
  await page.locator('[data-testid="rule-changes-frequent"] li').first().waitFor();
  const changed = (await page.locator('[data-testid="rule-changes-frequent"] li').first().textContent()) ?? "";
  check(
    "who changed the rule, and from what, is told",
    changed.includes("林秀英") && changed.includes("3 → 5"),
    changed,
  );
  await id("warn-backups").click();
  await id("unproven").waitFor();
  await english("warnings");
}

async function assurance() {
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.locator('[data-ready="assurance"][data-level="iv"]').waitFor();
  await id("staff-edit").click();
  for (const [at, name] of ["王五", "赵六"].entries()) {
    await id("staff-add-ii").click();
    await id(`staff-ii-${at}-name`).fill(name);
    await id(`staff-ii-${at}-telephone`).fill("0591-87654321");
    await id(`staff-ii-${at}-post`).fill("值班");
  }
  await id("staff-person").fill("林秀英");
  await shot("assurance-staff");
  await id("staff-save").click();
  await says(
    "who is on duty stands by level, and how many are missing",
    "staff-ii",
    "王五",
    "0591-87654321",
    "还差 1 人",
  );
  await id("rules-edit").click();
  await id("rule-i-depth").selectOption("ready");
  await id("rules-person").fill("林秀英");
  await id("rules-save").click();
  await id("rules-edit").waitFor();
  await says("a level asks how deep it says", "assure-rules", "就绪");
  await id("rule-changes-levels").locator("summary").click();
  await page.locator('[data-testid="rule-changes-levels"] li').first().waitFor();
  await says("and who said so is told", "rule-changes-levels", "林秀英", "点名深度 在线 → 就绪");
  await id("assure-start").click();
  await id("response-title").fill("防台风二级响应");
  await id("level-ii").click();
  await id("scope-include-3502").click();
  await id("response-person").fill("林秀英");
  await id("response-authority").fill("省防指");
  check(
    "a freeze names who may approve exceptions",
    await id("response-go").locator("..").locator("button[disabled]").count(),
  );
  await id("response-approver").fill("欧阳振华");
  await says("what it changes is said before", "response-changes", "每 5 分钟一次");
  await shot("assurance-start");
  await id("response-go").click();
  await closed();
  await page.locator('[data-ready="assurance"][data-level="ii"]').waitFor();
  await says("the highest is seen everywhere", "assurance-badge", "Ⅱ", "封网");
  await says("its roll calls and people are named", "assurance", "定时点名：02:00、08:00、14:00、20:00", "赵六");
  await counts("and its daily report has three forms", '.response [data-testid="paper-day-docx"]', 2);
  await page.locator('.response [data-testid="paper-day-seal"]').first().click();
  await id("seal-by").fill("郑丽华");
  await id("seal-go").click();
  await counts("and is signed off", '[data-testid="seal"][data-edition="1"]', 1);
  await page.keyboard.press("Escape");
  await closed();
  await id("approve").click();
  await id("search-where").fill("厦门");
  await id("offer-3502").click();
  for (const [name, text] of Object.entries({
    what: "更换核心设备",
    person: "欧阳振华",
    reason: "故障",
  }))
    await id(`approve-${name}`).fill(text);
  await id("approve-go").click();
  await says("an exception is approved by name", "approvals", "欧阳振华");
  await shot("assurance");
  await english("assurance");
  await page.goto(`${collector.url}/venues/350203-01`);
  await says("a venue's page names what it follows", "venue-response", "Ⅱ", "防台风二级响应", "封网");
  await shot("assurance-venue");
  await page.goto(`${collector.url}/wall`);
  await says("the big screen names it", "wall-assurance", "防台风二级响应");
  await shot("assurance-wall");
}

/** All that was signed off: found by kind, month, place and words, opened, and checked against its seal. */
async function reports() {
  await page.goto(collector.url);
  await page.locator('[data-ready="overview"]').waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await id("documents-list").waitFor();
  check("g r opens the reports", page.url().endsWith("/reports"));
  const rows = id("documents-list").locator("tbody tr");
  const all = await rows.count();
  await counts("a page holds a hundred, earlier editions left out", '[data-testid="documents-list"] tbody tr', 100);
  await id("documents-assurance").click();
  await until("a kind narrows the list", (n) => document.querySelectorAll("tbody tr").length < n, all);
  await id("documents-assurance").click();
  await id("documents-search").fill("漏写");
  await says("what nothing holds is said, with the way back", "documents-nothing", "没有符合条件", "清除条件");
  await id("documents-clear").click();
  await counts("and the list comes back", '[data-testid="documents-list"] tbody tr', 100);
  // Faster than the page draws them.
  await page.evaluate(() => {
    for (let step = 1; step <= 5; step++)
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
  });
  await counts("five presses at once are five steps", "tbody tr:nth-child(5).is-selected", 1);
  await says("j opens a document: its editions, and why", "document", "第 2 版", "第 1 版", "漏写鼓楼区", "5ea1");
  await shot("reports");
  await id("record-verify").first().click();
  await says("a seal is checked", "record-verified", "已核对：完好");
  const link = await id("document").locator('a[href*="form=docx"]').first().getAttribute("href");
  check("and its files can be had", /\/documents\/[0-9a-f]{64}\?form=docx$/.test(link), link);
  await english("reports");
  await page.keyboard.press("Escape");
  await id("document").waitFor({ state: "detached" });
  await page.goto(`${collector.url}/reports?month=2020-01`);
  await says("a month without any says so", "documents-nothing", "没有符合条件");
}

/** What the big screen shows in turns, by its page; its clock is moved on, a turn at a time. */
async function pagesShown(look, turns) {
  const seen = new Map();
  for (let turn = 0; turn < turns; turn++) {
    const of = await page.evaluate(
      () =>
        document.querySelector('[data-testid="wall-turn"]')?.dataset.page ??
        (document.querySelector('[data-testid="wall-problems"]') && "problems"),
    );
    if (of !== null && !seen.has(of)) seen.set(of, await look(of));
    await page.clock.runFor(15_000);
  }
  return seen;
}

/** Nobody touches the big screen: all that has anything to say comes by itself. */
async function bigScreen() {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.clock.install();
  await page.goto(`${collector.url}/wall`);
  await page.locator('[data-testid="wall-turn"]').or(id("wall-call")).or(id("wall-problems")).first().waitFor();
  await page.locator(".map-canvas[data-painted]").waitFor();
  await page.waitForLoadState("networkidle");
  const seen = await pagesShown(async (of) => {
    await shot(`wall-turn-${of}`);
    return page.evaluate(() => {
      const boxes = [...document.querySelectorAll(".wall-board, .wall-turn, .wall-turn > *")];
      const cut = boxes.filter(
        (box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1,
      );
      const size = (one) => Number.parseFloat(getComputedStyle(one).fontSize);
      const small = [...document.querySelectorAll(".wall-turn table *")].filter(
        (one) => one.textContent !== "" && size(one) < 20,
      );
      // Whatever else stands there: on a wall of two metres a character of 17 px is 18 mm, twelve minutes of arc at five metres.
      const says = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
      const shown = [...document.querySelectorAll(".wall *")].filter((one) => says(one) && one.checkVisibility());
      small.push(...shown.filter((one) => size(one) < 17));
      const text = document.querySelector(".wall-turn, .wall-problems").textContent;
      return { text, cut: cut.map((box) => box.className || box.tagName), small: small.map((one) => one.textContent) };
    });
  }, 16);
  const pages = [...seen.keys()].sort().join(" ");
  check("each page that says anything comes", pages === "duty levels matters meetings problems ranking systems", pages);
  const bad = [...seen].filter(([, { cut, small }]) => cut.length > 0 || small.length > 0);
  check("nothing of them is cut or too small for five metres", bad.length === 0, JSON.stringify(bad));
  const said = (of, ...words) => words.every((word) => seen.get(of)?.text.includes(word));
  check("who is on duty stands with a telephone", said("duty", "王五", "0591-87654321", "还差 1 人", "Ⅱ"));
  check("cities are ranked", said("ranking", "福州市", "厦门市", "名次"));
  check(
    "the three networks stand with their lines",
    said("levels", "应急指挥信息网", "政务外网", "互联网", "线路正常"),
  );
  check("levels are told apart", said("levels", "省级", "市级", "县级", "乡镇级", "村级"));
  check(
    "today's meeting stands there, tomorrow's does not",
    said("meetings", "防汛视频会商") && !said("meetings", "例会"),
  );
  check("backups stand by city", said("systems", "福州市", "线路", "合计"));
  check("what is to be put right names its unit", said("matters", "责任单位", "逾期"));
  await page.evaluate(() => localStorage.setItem("avow.lang", "en"));
  await page.evaluate(() => localStorage.setItem("avow.theme", "contrast"));
  await page.reload();
  await page.locator(".map-canvas[data-painted]").waitFor();
  await page.waitForLoadState("networkidle");
  const english = await pagesShown(async (of) => {
    await shot(`wall-turn-${of}-en`);
    const cut = await page
      .locator(".wall-turn, .wall-problems")
      .first()
      .evaluate((box) => box.scrollWidth > box.clientWidth + 1);
    return [...(await page.evaluate(chineseChrome)), ...(cut ? ["cut"] : [])];
  }, 16);
  const left = [...english].flatMap(([of, all]) => all.map((text) => `${of}: ${text}`));
  check(
    "the pages in English have no Chinese chrome and are not cut",
    english.size === 7 && left.length === 0,
    left.slice(0, 5).join(" | "),
  );
}

await play([ledger, warnings, assurance, reports, bigScreen]);
