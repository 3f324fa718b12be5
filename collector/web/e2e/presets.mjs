// The presets of a camera in a browser, against the stand-in collector: what is seen of their references, and that none is
// learnt without a word of what happens; on the way there, what happened in the room.
import { scene } from "./scene.mjs";

const VENUE = "350102001-01";

const { collector, page, check, shot, play, id, says, counts, english } = await scene(1080);
const tile = (n, state) => page.locator(`[data-testid="preset-tile-${n}"]${state}`).waitFor();
const learnt = async () => (await collector.cameras()).filter((one) => one.command?.learn !== undefined);

async function look() {
  await page.goto(`${collector.url}/venues/${VENUE}`);
  await tile(1, '[data-version="3"][data-shot="here"]');
  await tile(2, '[data-version="1"][data-shot="absent"]');
  await tile(15, '[data-shot="position"]');
  check(
    "without a hand at the camera nothing can be learnt",
    (await page.locator('[data-testid^="learn-"]').count()) === 0,
  );
  await id("compare-1").click();
  const both = page.locator('[data-testid="compare"] img');
  await page.waitForFunction(() => {
    const drawn = [...document.querySelectorAll('[data-testid="compare"] img')].filter((img) => img.naturalWidth > 0);
    return drawn.length === 2;
  });
  const [left, right] = [await both.nth(0).boundingBox(), await both.nth(1).boundingBox()];
  check(
    "reference and newest still are large and side by side",
    left.y === right.y && left.width > 500 && right.x > left.x,
  );
  await shot("presets-compare");
  await page.keyboard.press("Escape");
  await id("compare").waitFor({ state: "hidden" });
  await id("compare-2").click();
  await says("a picture on its way says so", "compare-reference", "画面尚未送达采集中心");
  await page.keyboard.press("Escape");
  await id("compare").waitFor({ state: "hidden" });
  await english("presets");
}

async function learn() {
  await id("pad-take").click();
  await tile(9, '[data-shot="none"]');
  await id("learn-1").click();
  const said = ["摄像机将转到预置位 1", "会场里看得见", "第 3 版", "不能改回"];
  await says("it is said what happens in the room and what is replaced", "learn", ...said);
  await shot("presets-learn");
  await page.keyboard.press("Escape");
  await id("learn").waitFor({ state: "hidden" });
  check("nothing is learnt by a click alone", (await learnt()).length === 0);

  await id("learn-1").click();
  await id("learn-go").click();
  await page.locator('[data-testid="pad.left"]:disabled').waitFor();
  await counts(
    "while it is learnt the camera is left alone",
    '[data-testid="preset-2"]:enabled, [data-testid="learn-2"]:enabled',
    0,
  );
  await counts("but for a stop", '[data-testid="pad.stop"]:enabled', 1);
  await collector.cameras("learnt=1");
  await tile(1, '[data-version="4"]');
  const order = JSON.stringify((await learnt()).map(({ command, confirmed }) => ({ command, confirmed })));
  check(
    "one order, not confirmed against the interlock",
    order === '[{"command":{"learn":1},"confirmed":false}]',
    order,
  );
  await page.locator('[data-testid="pad.left"]:enabled').waitFor();
  await says("the next version stands there by itself", "pad-line", "第 4 版");
}

async function refused() {
  await collector.cameras("meeting=1");
  await id("learn-3").click();
  await id("learn-go").click();
  await id("pad-override").waitFor();
  const said = await page.locator('[data-testid="hand"] [role="alert"]').textContent();
  check("a meeting stands against it", said.includes("现在有会议"), said);
  await id("pad-override").click();
  await id("learn-3").click();
  await says("who overrides is reminded", "learn", "已由人工确认越过");
  await id("learn-go").click();
  await collector.cameras("learnt=1");
  await tile(3, '[data-version="1"][data-shot="here"]');
  check("and it is ordered with his word", (await learnt()).at(-1).confirmed === true);
}

async function happened() {
  const lines = page.locator('[data-testid="events"] li');
  await counts("a few events stand there", '[data-testid="events"] li', 8);
  const newest = await lines.first().textContent();
  check("the newest comes first, in words", newest.includes("通话开始"), newest);
  await id("events-all").click();
  await counts("all of them after a click", '[data-testid="events"] li', 10);
  const told = await lines.allTextContents();
  check(
    "the others are a click away, one of an unknown kind too",
    told.length === 10 && told[5].includes("后来的代理"),
  );
}

await play([look, happened, learn, refused]);
