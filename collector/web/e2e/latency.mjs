// How soon a change is painted: opens the overview, looks at the ticker, and prints one JSON line for each change that came
// while it looked: {"venue", "to", "painted_ms"}, painted_ms by the machine's clock, two frames after the line stood.
//   AVOW_URL      the collector
//   AVOW_SECONDS  how long to look
import { launch } from "./browser.mjs";

const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
page.setDefaultTimeout(30_000);
await page.goto(process.env.AVOW_URL);
await page.locator('[data-testid="live"][data-phase="live"]').waitFor();
await page.locator('[data-testid="change"]').first().waitFor();
const seen = await page.evaluate(
  (seconds) =>
    new Promise((done) => {
      const seen = [];
      const painted = () => performance.timeOrigin + performance.now();
      const note = (records) => {
        const nodes = records.flatMap((record) => [...record.addedNodes]);
        const lines = nodes.filter((node) => node.dataset?.testid === "change");
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            for (const { dataset } of lines) seen.push({ venue: dataset.venue, to: dataset.to, painted_ms: painted() });
          }),
        );
      };
      new MutationObserver(note).observe(document.querySelector('[data-testid="ticker"] ol'), { childList: true });
      setTimeout(() => done(seen), seconds * 1000);
    }),
  Number(process.env.AVOW_SECONDS),
);
for (const change of seen) console.log(JSON.stringify(change));
await browser.close();
