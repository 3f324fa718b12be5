// A page against a calm stand-in collector or one that runs, steps that are checked one after the other, and how it ends.
//   AVOW_SHOTS    folder for screenshots
//   AVOW_WAIT_MS  how long the page is waited for
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chineseChrome, launch } from "./browser.mjs";
import { standIn } from "./stand_in.mjs";

const WAIT_MS = Number(process.env.AVOW_WAIT_MS ?? 20_000);
const shots = process.env.AVOW_SHOTS;

/** `url`: a collector that runs, in the place of the stand-in. */
export async function scene(height, url = null) {
  const collector = url === null ? await standIn({ calm: true }) : { url: url.replace(/\/$/, ""), stop() {} };
  const browser = await launch();
  const page = await (await browser.newContext({ viewport: { width: 1366, height } })).newPage();
  page.setDefaultTimeout(WAIT_MS);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));

  let failed = 0;
  function check(what, ok, figure = "") {
    if (!ok) failed++;
    console.log(`${ok ? "ok  " : "FAIL"} ${what}${figure === "" ? "" : ` · ${figure}`}`);
  }

  async function shot(name) {
    if (!shots) return;
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`) });
  }

  /** Waits until it is so in the page, and checks it: a page that loads is never read before. `seen` tells what stood there instead. */
  async function until(what, is, of, seen = async () => "") {
    const so = await page.waitForFunction(is, of).then(
      () => true,
      () => false,
    );
    check(what, so, so ? "" : await seen());
  }

  const css = (name) => `[data-testid="${name}"]`;

  /** Waits until the element says all of the words. */
  const says = (what, name, ...words) =>
    until(
      what,
      ([element, all]) => {
        const text = document.querySelector(element)?.textContent ?? "";
        return all.every((word) => text.includes(word));
      },
      [css(name), words],
      () => page.evaluate((element) => document.querySelector(element)?.textContent?.slice(0, 80) ?? "", css(name)),
    );

  /** Waits until so many elements are there: at least `n`, or exactly. */
  const counts = (what, selector, n, exactly = true) =>
    until(
      what,
      ([all, wanted, exact]) => {
        const found = document.querySelectorAll(all).length;
        return exact ? found === wanted : found >= wanted;
      },
      [selector, n, exactly],
      async () => String(await page.locator(selector).count()),
    );

  /** The page in English and back. */
  async function english(what) {
    const spoken = (lang) => page.waitForFunction((wanted) => document.documentElement.lang.startsWith(wanted), lang);
    await page.locator(css("language")).click();
    await spoken("en");
    const left = await page.evaluate(chineseChrome);
    check(`${what}: English has no Chinese chrome`, left.length === 0, left.slice(0, 5).join(" | "));
    await shot(`${what.replaceAll(" ", "-")}-en`);
    await page.locator(css("language")).click();
    await spoken("zh");
  }

  /** Ends the program: 0 when every check held. A step that breaks is the last. */
  async function play(steps) {
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        await shot(`broken-${step.name}`);
        check(`${step.name}: ${String(error).split("\n")[0]}`, false);
        break;
      }
    }
    check("no console errors", errors.length === 0, errors.slice(0, 3).join(" | "));
    await browser.close();
    collector.stop();
    process.exit(failed === 0 ? 0 : 1);
  }

  const id = (name) => page.locator(css(name));
  return { collector, page, errors, check, shot, play, id, until, says, counts, english };
}
