// The console beside a collector that takes the backlog of a province: it stays live, frames go on, a click is painted, a roll call fills its wall.
//   AVOW_URL      the collector
//   AVOW_LIMITS=1 hold the limits
// One line is what was seen, as JSON: {"overview", "call", "click", "filled"}, milliseconds.
import { FRAME_P95_MS, framesOf, median, watchPaints } from "./browser.mjs";
import { scene } from "./scene.mjs";

const INTERACTION_MS = 100;
const LOOK_MS = 15_000;
const CALL_MS = 60_000;
const CLICKS = 9;

const { collector, page, check, shot, play, until } = await scene(768, process.env.AVOW_URL);
const limits = process.env.AVOW_LIMITS === "1";
const seen = {};
await page.addInitScript(watchPaints);
/** Whenever the page says that it is not live. */
await page.addInitScript(() => {
  window.avowLost = 0;
  new MutationObserver((records) => {
    for (const { target } of records) if (target.dataset.phase === "lost") window.avowLost++;
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-phase"] });
});

const held = (what, { p95, told }) => check(what, !limits || p95 <= FRAME_P95_MS, told);
const live = () => page.locator('[data-testid="live"][data-phase="live"]').waitFor();
const kept = async (what) => {
  const lost = await page.evaluate(() => window.avowLost);
  check(`${what}: it is live all the time`, !limits || lost === 0, `lost ${lost} times`);
  await live();
};

async function overview() {
  await page.goto(`${collector.url}/`);
  await page.locator('[data-ready="overview"][data-place="35"]').waitFor();
  await live();
  const frames = await framesOf(page, () => page.waitForTimeout(LOOK_MS));
  held("frames of the overview", frames);
  seen.overview = frames.p95;
  const figures = [];
  for (let n = 0; n < CLICKS; n++) {
    await page.evaluate(() => {
      window.avowPaints.length = 0;
    });
    const city = page.locator('[data-testid^="level-35"]').nth(n);
    const code = (await city.getAttribute("data-testid")).slice("level-".length);
    await city.click();
    await page.waitForFunction(() => window.avowPaints.length > 0);
    figures.push(await page.evaluate(() => window.avowPaints[0]));
    await page.locator(`[data-ready="overview"][data-place="${code}"]`).waitFor();
    await page.keyboard.press("Escape");
    await page.locator('[data-ready="overview"][data-place="35"]').waitFor();
  }
  seen.click = median(figures);
  const told = `median ${seen.click.toFixed(1)} ms, worst ${Math.max(...figures).toFixed(1)} ms`;
  check("a city is opened: event to paint", !limits || seen.click <= INTERACTION_MS, told);
  await kept("the overview");
  await shot("beside-overview");
}

async function call() {
  const wanted = { places: ["35"], depth: "ready", confirmed: true, operator: "林秀英" };
  const order = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted) };
  const { counts } = await (await fetch(`${collector.url}/api/v1/places/35`)).json();
  // Who has no box answers by telephone.
  const without = counts.never;
  const began = performance.now();
  const answer = await fetch(`${collector.url}/api/v1/roll-calls`, order);
  check("the province is called", answer.status === 202, String(answer.status));
  await page.goto(`${collector.url}/roll-call/${(await answer.json()).id}`);
  await page.locator('[data-testid="call-counties"]').waitFor();
  await live();
  page.setDefaultTimeout(CALL_MS);
  const frames = await framesOf(page, () =>
    until(
      "all answers come to the wall",
      (most) => {
        const figure = (name) =>
          Number(document.querySelector(`[data-testid="sum-${name}"]`).textContent.replace(/\D/g, ""));
        return figure("waiting") + figure("heard") <= most && figure("expected") > most;
      },
      without,
    ),
  );
  seen.filled = performance.now() - began;
  console.log(`     all of them stand there ${(seen.filled / 1000).toFixed(1)} s after the call`);
  held("frames of the wall while they come", frames);
  seen.call = frames.p95;
  await kept("the wall");
  await shot("beside-call");
}

async function told() {
  console.log(JSON.stringify(seen));
}

await play([overview, call, told]);
