// Two venues that hear and see each other, in a browser against the stand-in collector: what is seen of a run, and that none
// begins without a word of what will be heard; beside it, the curves of the room's sound test.
import { scene } from "./scene.mjs";

const [VENUE, OTHER] = ["350102001-01", "350104-01"];

const { collector, page, check, shot, play, id, says, counts, english } = await scene(1400);

async function look() {
  await page.goto(`${collector.url}/venues/${VENUE}`);
  await page.locator('[data-testid="across-run"][data-verdict="pass"]').waitFor();
  const words = ["141.2 ms", "±8 ms", "声音早 20.5 ms", "24.9 帧/秒"];
  await says("a way says how late, how sure, and how lips and sound go", `way-${VENUE}`, ...words);
  await counts("earlier runs stand below", ".across-earlier li", 1);
  const earlier = await page.locator(".across-earlier li").textContent();
  check("with their word", earlier.includes("无法判定"), earlier);
  const mark = await page.locator(`[data-testid="way-${VENUE}"] .sync-mark`).boundingBox();
  const bar = await page.locator(`[data-testid="way-${VENUE}"] .sync-bar`).boundingBox();
  const at = (mark.x + mark.width / 2 - bar.x) / bar.width;
  check("the mark stands where 20.5 ms early is", Math.abs(at - 320.5 / 500) < 0.01, at.toFixed(3));
}

async function proposes() {
  await says("a run that went well may propose a joint test", "across-propose", "据此提出联调", "两端人员确认");
  await id("across-propose-go").click();
  await says("persons have yet to confirm it", "across-proposed", "待两端人员确认");
  await id("across").scrollIntoViewIfNeeded();
  await shot("across-proposed");
}

async function curves() {
  await id("plot-response").waitFor();
  await counts("the spectrum stands against the room's own", '[data-testid="plot-response"] .plot-line', 2);
  await counts("the marker has its waveform", '[data-testid="plot-waveform"]', 1);
  await id("curves").scrollIntoViewIfNeeded();
  await shot("curves");
}

async function begin() {
  await id("across-begin").click();
  check("nobody is chosen, nothing begins", await id("across-go").isDisabled());
  await id("across-search").fill(OTHER);
  await id(`with-${OTHER}`).click();
  await says("it is said what both rooms will hear", "across-with", "编码噪声", "听得到");
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
  await says("who was heard instead is named", `way-${VENUE}`, "别的会场 350103-01", "音频接错");
  const back = ["280.5 ms", "往返之半", "声音晚 240 ms", "-24 dB"];
  await says("the other way says that no clock is believed", `way-${OTHER}`, ...back);
  await id("across").scrollIntoViewIfNeeded();
  await shot("across-ended");
  await english("across");
}

await play([look, proposes, curves, begin]);
