// The board of obligations in a browser, against the stand-in collector: walked by keys, a joint test recorded and confirmed from
// both ends, the rules changed.
import { chineseChrome } from "./browser.mjs";
import { scene } from "./scene.mjs";

const COUNTY = "350103";
const PAGE_SHOWS_MS = 2000;

const { collector, page, check, shot, play, id } = await scene(768);
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
  const rows = await page.locator('[data-testid^="owes-"]').count();
  check("every county has a row", rows === 84, `${rows}`);
  const words = await page.locator('[data-testid^="owes-"] td').allTextContents();
  check("every cell has a word", words.length === rows * 12 && words.every((word) => word.trim() !== ""));
  check("nothing that is over is anybody's fault", (await page.locator('td[data-state="overdue"]').count()) === 0);
  await shot("obligations");
}

async function records() {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const at = await page.locator("td.is-cursor").getAttribute("data-state");
  check("the cursor begins at the month that is on", at === "owed", at);
  await page.keyboard.press("Enter");
  // The dialogue opens at once and asks for its records: what is empty is known with their answer.
  await dialogue.getByText("还没有联调记录").waitFor();
  check("the month is empty", true);
  const save = id("new-save");
  check("without a person nothing is recorded", await save.isDisabled());
  await id("new-near").locator("input").first().fill("王五");
  await save.click();
  await id("waits-far").waitFor();
  check("a test that one end confirmed does not count", (await dialogue.textContent()).includes("不计入"));
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
  const told = await dialogue.textContent();
  check("both ends are named", told.includes("王五") && told.includes("赵六"));
  await page.keyboard.press("Escape");
  await own("done").waitFor();
  check("the board knows by itself", /已完成\s*\d\d-\d\d/.test(await own("done").textContent()));
  await id("owed-done").click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="owes-"]').length === 1);
  check("who has done it is one click away", await own("done").isVisible());
  await id("owed-done").click();
}

async function rules() {
  await id("owed-rules").click();
  await id("owed-rules-form").waitFor();
  await id("rules-county_months").selectOption("3");
  await id("rules-since").fill(`${new Date().getUTCFullYear()}-01`);
  await id("rules-save").click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="owes-350102"] td').length === 4);
  const quarters = await page.locator("thead th").allTextContents();
  check("the board is cut anew", quarters.includes("1—3 月"), quarters.join(" "));
}

async function venues() {
  const begun = performance.now();
  await id("owed-of-venue").click();
  await page.locator('[data-of="venue"]').waitFor();
  const took = performance.now() - begun;
  check("18 762 venues come by the page, soon", took < PAGE_SHOWS_MS, `${took.toFixed(0)} ms`);
  check("a page has a hundred rows", (await page.locator('[data-testid^="owes-"]').count()) === 100);
  await page.keyboard.press("]");
  await page.waitForFunction(() => document.querySelector('[data-testid="owed-page"]')?.textContent?.includes("101"));
  check("a key turns it", true);
  await id("language").click();
  const left_over = await page.evaluate(chineseChrome);
  check("English has no Chinese chrome", left_over.length === 0, left_over.slice(0, 5).join(" | "));
  await shot("obligations-venues");
  await id("language").click();
}

await play([opens, records, confirms, rules, venues]);
