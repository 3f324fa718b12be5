// Two venues that hear and see each other, in a browser against the stand-in collector: what is seen of a run, and that none
// begins without a word of what will be heard; beside it, the curves of the room's sound test.
import { chineseChrome } from "./browser.mjs";
import { scene } from "./scene.mjs";

const [VENUE, OTHER] = ["350102001-01", "350104-01"];

const { collector, page, check, shot, play, id } = await scene(1400);

async function look() {
  await page.goto(`${collector.url}/venues/${VENUE}`);
  await page.locator('[data-testid="across-run"][data-verdict="pass"]').waitFor();
  const there = await id(`way-${VENUE}`).textContent();
  const tells = ["141.2 ms", "±8 ms", "声音早 20.5 ms", "24.9 帧/秒"].every((words) => there.includes(words));
  check("a way says how late, how sure, and how lips and sound go", tells, tells ? "" : there);
  const earlier = await page.locator(".across-earlier li").allTextContents();
  check("earlier runs stand below", earlier.length === 1 && earlier[0].includes("无法判定"), earlier.join(" | "));
  const mark = await page.locator(`[data-testid="way-${VENUE}"] .sync-mark`).boundingBox();
  const bar = await page.locator(`[data-testid="way-${VENUE}"] .sync-bar`).boundingBox();
  const at = (mark.x + mark.width / 2 - bar.x) / bar.width;
  check("the mark stands where 20.5 ms early is", Math.abs(at - 320.5 / 500) < 0.01, at.toFixed(3));
}

async function curves() {
  await id("plot-response").waitFor();
  const lines = await page.locator('[data-testid="plot-response"] .plot-line').count();
  check("the spectrum stands against the room's own", lines === 2, String(lines));
  check("the marker has its waveform", (await id("plot-waveform").count()) === 1);
  await id("curves").scrollIntoViewIfNeeded();
  await shot("curves");
}

async function begin() {
  await id("across-begin").click();
  check("nobody is chosen, nothing begins", await id("across-go").isDisabled());
  await id("across-search").fill(OTHER);
  await id(`with-${OTHER}`).click();
  const said = await id("across-with").textContent();
  check("it is said what both rooms will hear", said.includes("编码噪声") && said.includes("听得到"), said);
  await shot("across-with");
  check("choosing alone begins nothing", (await collector.across()).length === 0);
  await id("across-go").click();
  await page.locator('[data-testid="across-run"][data-open="true"]').waitFor();
  check("a second one cannot be begun meanwhile", await id("across-begin").isDisabled());
  const asked = JSON.stringify(await collector.across());
  check("one order to both", asked === `[{"first":"${VENUE}","second":"${OTHER}","confirmed":true}]`, asked);
  await shot("across-running");
  await collector.across("end=1");
  await page.locator('[data-testid="across-run"][data-verdict="fail"][data-open="false"]').waitFor();
  const there = await id(`way-${VENUE}`).textContent();
  check("who was heard instead is named", there.includes("别的会场 350103-01") && there.includes("音频接错"), there);
  const back = await id(`way-${OTHER}`).textContent();
  const tells = ["280.5 ms", "往返之半", "声音晚 240 ms", "-24 dB"].every((words) => back.includes(words));
  check("the other way says that no clock is believed", tells, tells ? "" : back);
  await id("across").scrollIntoViewIfNeeded();
  await shot("across-ended");
  await id("language").click();
  const left_over = await page.evaluate(chineseChrome);
  check("English has no Chinese chrome", left_over.length === 0, left_over.slice(0, 5).join(" | "));
  await id("language").click();
}

await play([look, curves, begin]);
