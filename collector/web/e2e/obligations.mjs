// The board of obligations in a browser, against the stand-in collector: walked by keys, a joint test recorded and confirmed from
// both ends, the rules changed.
import { scene } from "./scene.mjs";

const COUNTY = "350103";
const PAGE_SHOWS_MS = 2000;

const { collector, page, check, shot, play, id, until, says, counts, english } = await scene(768);
const own = (state) => page.locator(`[data-testid="owes-${COUNTY}"] td[data-state="${state}"]`).first();
const dialogue = id("joint-tests");

async function opens() {
  await page.goto(collector.url);
  await page.locator('[data-ready="overview"]').waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await id("tab-obligations").click();
  await page.locator('[data-ready="obligations"][data-of="county"]').waitFor();
  await own("owed").waitFor();
  await counts("every county has a row", '[data-testid^="owes-"]', 84);
  const words = await page.locator('[data-testid^="owes-"] td').allTextContents();
  check("every cell has a word", words.length === 84 * 12 && words.every((word) => word.trim() !== ""));
  check("nothing that is over is anybody's fault", (await page.locator('td[data-state="overdue"]').count()) === 0);
  await shot("obligations");
}

async function records() {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await counts("the cursor begins at the month that is on", 'td.is-cursor[data-state="owed"]', 1);
  await page.keyboard.press("Enter");
  // The dialogue opens at once and asks for its records: what is empty is known with their answer.
  await dialogue.getByText("还没有联调记录").waitFor();
  check("the month is empty", true);
  const save = id("new-save");
  check("without a person nothing is recorded", await save.isDisabled());
  await id("new-near").locator("input").first().fill("王五");
  await id("sheet-fill").check();
  await id("sheet-system").fill("省厅系统");
  await id("point-sound_in").selectOption("fixed");
  await says("a conclusion is never better than what was found", "sheet-wrong", "不能好于");
  check("nor is it sent", await save.isDisabled());
  await id("conclusion-fixed").click();
  await id("sheet-problem").fill("声音小");
  await id("sheet-handling").fill("调整增益");
  await shot("obligations-sheet");
  await save.click();
  await says("the form stands with the test", "sheet-told", "整改后正常", "对端→本端声音", "调整增益");
  await id("waits-far").waitFor();
  await says("a test that one end confirmed does not count", "joint-tests", "不计入");
  await shot("obligations-half");
}

async function confirms() {
  const far = id("waits-far").locator("input");
  await far.first().fill("王五");
  const same = await id("waits-far").textContent();
  check("one person is not two", (await id("confirm-far").isDisabled()) && same.includes("不同的人"));
  await far.first().fill("赵六");
  await far.nth(1).fill("0591-87654321");
  await id("confirm-far").click();
  await id("waits-far").waitFor({ state: "detached" });
  await says("both ends are named", "joint-tests", "王五", "赵六");
  await page.keyboard.press("Escape");
  await own("done").waitFor();
  check("the board knows by itself", /已完成\s*\d\d-\d\d/.test(await own("done").textContent()));
  await id("owed-done").click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="owes-"]').length === 1);
  check("who has done it is one click away", await own("done").isVisible());
  await id("owed-done").click();
}

async function corrects() {
  await own("done").locator("button").click();
  await id("correct").click();
  await id("correct-test").waitFor();
  await id("point-sound_in").selectOption("abnormal");
  await id("conclusion-abnormal").click();
  await id("sheet-problem").fill("对端无声");
  await id("correct-who").locator("input").first().fill("陈七");
  check("what both ends confirmed is not corrected without a reason", await id("correct-save").isDisabled());
  await id("correct-reason").fill("漏记无声");
  await shot("obligations-correct");
  await id("correct-save").click();
  await says("the correction waits for both ends", "correction", "第 2 版", "待两端确认", "漏记无声", "对端无声");
  await says("and the edition in force counts meanwhile", "joint-tests", "计入义务");
  await shot("obligations-correction");
  for (const [end, person] of [
    ["near", "王五"],
    ["far", "赵六"],
  ]) {
    await id("correction").locator(`[data-testid="waits-${end}"] input`).first().fill(person);
    await id("correction").getByTestId(`confirm-${end}`).click();
    await id("correction").locator(`[data-testid="waits-${end}"]`).waitFor({ state: "detached" });
  }
  await id("correction").waitFor({ state: "detached" });
  await id("earlier").locator("summary").click();
  await says("the edition before stays readable", "earlier", "第 1 版", "声音小", "王五");
  await says("who changed it is named", "joint-tests", "陈七");
  await page.keyboard.press("Escape");
  await dialogue.waitFor({ state: "detached" });
}

/** What cities owe is what their counties owe. */
async function cities() {
  const sum = async (selector) => {
    const texts = await page.locator(`${selector} td[aria-current], ${selector} td`).allTextContents();
    return texts
      .flatMap((text) => text.match(/(\d[\d ]*) \/ (\d[\d ]*)/)?.slice(1) ?? [])
      .map((n) => Number(n.replace(/\D/g, "")));
  };
  const [all, parts] = [await sum('[data-testid="owed-sums"]'), await sum('[data-testid^="city-"]')];
  const total = (list) => list.reduce((one, other) => one + other, 0);
  check("cities add up to the province", all.length > 0 && total(all) === total(parts), `${all} ${parts}`);
  await counts("every city with counties has a row", '[data-testid^="city-"]', 9);
  await shot("obligations-cities");
  await page.locator('[data-testid="city-3502"] button').click();
  await counts("a city is one click away", '[data-testid^="city-"]', 0);
  check("with its counties", (await page.locator('[data-testid^="owes-3502"]').count()) > 0);
  await page.goto(`${collector.url}/inspections/obligations`);
  await own("done").waitFor();
}

async function sealed() {
  const on = await id("papers-month").getAttribute("max");
  await id("papers-month").fill(on);
  await id("month-seal").click();
  await says("a month that is on is not signed off", "seal", "月份结束后");
  check("nor can it be", await id("seal-go").isDisabled());
  await page.keyboard.press("Escape");
  await id("seal").waitFor({ state: "detached" });
  const [year, month] = on.split("-").map(Number);
  await id("papers-month").fill(new Date(Date.UTC(year, month - 2, 1)).toISOString().slice(0, 7));
  await id("month-seal").click();
  await id("seal-by").fill("郑丽华");
  await id("seal-go").click();
  await counts("one that is over is", '[data-testid="seal"][data-edition="1"]', 1);
  await shot("obligations-seal");
  await page.keyboard.press("Escape");
  await id("seal").waitFor({ state: "detached" });
}

async function rules() {
  await id("owed-rules").click();
  await id("owed-rules-form").waitFor();
  await id("rules-county_months").selectOption("3");
  await id("rules-since").fill(`${new Date().getUTCFullYear()}-01`);
  await id("rules-save").click();
  await counts("the board is cut anew", '[data-testid="owes-350102"] td', 4);
  await until("and its heads with it", () =>
    [...document.querySelectorAll("thead th")].some((head) => head.textContent === "1—3 月"),
  );
}

async function venues() {
  const begun = performance.now();
  await id("owed-of-venue").click();
  await page.locator('[data-of="venue"]').waitFor();
  const took = performance.now() - begun;
  check("18 762 venues come by the page, soon", took < PAGE_SHOWS_MS, `${took.toFixed(0)} ms`);
  await counts("a page has a hundred rows", '[data-testid^="owes-"]', 100);
  await page.keyboard.press("]");
  await says("a key turns it", "owed-page", "101");
  await english("obligations venues");
}

await play([opens, records, confirms, corrects, cities, sealed, rules, venues]);
