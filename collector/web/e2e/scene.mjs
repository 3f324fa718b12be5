// A page against a calm stand-in collector, steps that are checked one after the other, and how it ends.
//   AVOW_SHOTS    folder for screenshots
//   AVOW_WAIT_MS  how long the page is waited for
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { standIn } from "./stand_in.mjs";

const WAIT_MS = Number(process.env.AVOW_WAIT_MS ?? 20_000);
const shots = process.env.AVOW_SHOTS;

export async function scene(height) {
  const collector = await standIn({ calm: true });
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

  /** Ends the program: 0 when every check held. A step that breaks is the last. */
  async function play(steps) {
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        check(`${step.name}: ${String(error).split("\n")[0]}`, false);
        break;
      }
    }
    check("no console errors", errors.length === 0, errors.slice(0, 3).join(" | "));
    await browser.close();
    collector.stop();
    process.exit(failed === 0 ? 0 : 1);
  }

  return { collector, page, errors, check, shot, play, id: (name) => page.locator(`[data-testid="${name}"]`) };
}
