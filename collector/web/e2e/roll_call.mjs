// A roll call of the whole province in a browser against the stand-in collector: how it begins, the live wall with its
// 18 762 places and what drawing them costs, a person's word, the deadline, how it is ended, and the record with its replay;
// then the big screen.
//   AVOW_LIMITS=1  hold the limits: first useful paint, frames while answers come
import { at, FRAME_P95_MS, framesOf } from "./browser.mjs";
import { scene } from "./scene.mjs";

const limits = process.env.AVOW_LIMITS === "1";
const FIRST_PAINT_MS = 1_500;
const DRAW_P95_MS = 50;

const { collector, page, errors, check, shot, play, id, until: see, says, counts, english } = await scene(860);
const number = async (name) => Number((await id(name).textContent()).replace(/\D/g, ""));
const until = (name, is) =>
  page.waitForFunction(
    ([testid, wanted]) =>
      document.querySelector(`[data-testid="${testid}"]`)?.textContent?.replace(/\D/g, "") === wanted,
    [name, String(is)],
  );

async function begin() {
  await page.goto(collector.url);
  await page.locator('[data-ready="overview"]').waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await id("call-form").waitFor();
  check("g c opens the roll call", page.url().endsWith("/roll-call"));
  await counts("records stand beside", '[data-testid^="record-"]', 5);
  await page.waitForFunction(() =>
    /1[78],\d{3}/.test(document.querySelector('[data-testid="call-count"]')?.textContent),
  );
  const all = await number("call-count");
  await id("scope-except-3502").click();
  await page.waitForFunction((was) => {
    const said = document.querySelector('[data-testid="call-count"]').textContent.replace(/\D/g, "");
    return said !== "" && Number(said) < was;
  }, all);
  check(
    "what is excepted is not counted",
    all - (await number("call-count")) > 500,
    String(await number("call-count")),
  );
  await id("scope-except-3502").click();
  await id("form-deadline").fill("0:05");
  check("a deadline of five seconds begins nothing", await id("call-go").isDisabled());
  await id("form-deadline").fill("3:00");
  await id("search-include").fill("鼓楼区");
  await id("offer-350102").waitFor();
  await shot("call-search");
  await id("search-include").fill("");
  await id("form-operator").fill("林秀英");
  await id("form-title").fill("夜间点名");
  await id("depth-ready").check();
  await id("call-go").click();
  await says("it is said that cameras turn and a sound is heard", "call-confirm", "转动", "测试声");
  await shot("call-confirm");
  check("asking alone begins nothing", (await collector.calls()).length === 0);
}

async function live() {
  await page.evaluate(() => {
    const seen = () => {
      if (!document.querySelector('[data-testid="call-counties"]')) return;
      watcher.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => (window.avowPainted = performance.now())));
    };
    const watcher = new MutationObserver(seen);
    watcher.observe(document, { subtree: true, childList: true });
    window.addEventListener("click", () => (window.avowClicked = performance.now()), { capture: true, once: true });
  });
  await id("confirm-go").click();
  await page.waitForFunction(() => window.avowPainted !== undefined);
  const first = await page.evaluate(() => window.avowPainted - window.avowClicked);
  check("from the click to the wall", !limits || first <= FIRST_PAINT_MS, `${first.toFixed(0)} ms`);
  const [order] = await collector.calls();
  const { places, depth, deadline_s, confirmed, operator } = order;
  const asked = JSON.stringify({ places, depth, deadline_s, confirmed, operator });
  const wanted = '{"places":["35"],"depth":"ready","deadline_s":180,"confirmed":true,"operator":"林秀英"}';
  check("one order as it was filled in", asked === wanted, asked);

  const county = page.locator('[data-testid^="county-"]');
  await page.waitForFunction(() => document.querySelectorAll('[data-testid^="county-"]').length > 90);
  check("18 735 venues begin as a tile for each county", (await county.count()) < 110, String(await county.count()));
  await see("each with its name, none of them cut", () => {
    const tiles = [...document.querySelectorAll(".call-county")];
    const named = tiles.every((tile) => !/^\d{6}/.test(tile.textContent));
    const bad = (tile) =>
      tile.scrollWidth > tile.clientWidth + 1 || tile.querySelector("span").scrollWidth > tile.clientWidth;
    return named && !tiles.some(bad);
  });
  await shot("call-counties");
  await id("view-venues").click();
  await id("call-wall").waitFor();

  const frames = await framesOf(page, () => page.waitForTimeout(8_000));
  check("frames while answers come, 18 735 cells", !limits || frames.p95 <= FRAME_P95_MS, frames.told);
  const clock = await page.locator('[data-testid="call-clock"] b').textContent();
  check("the clock runs down from three minutes", /^2:[0-5]\d$/.test(clock), clock);
  const sums = ["whole", "impaired", "late", "silent", "waiting", "heard", "in_meeting", "excused"];
  let sum = 0;
  const figures = await page.evaluate((names) => {
    const figure = (name) => document.querySelector(`[data-testid="sum-${name}"]`).textContent.replace(/\D/g, "");
    return [...names, "expected"].map((name) => Number(figure(name)));
  }, sums);
  for (const figure of figures.slice(0, -1)) sum += figure;
  check("the standings add up to all that are called", sum === figures.at(-1) && sum > 18_000, `${sum}`);
  const { share } = await page.evaluate(painted);
  check("the wall is drawn", share > 0.25 && share < 0.95, `${(share * 100).toFixed(0)} % of its pixels`);
  await shot("call-live");
}

/** What is on the wall: how much of it is drawn on, and a sum that tells two pictures apart. */
function painted() {
  const canvas = document.querySelector('[data-testid="call-wall"] canvas');
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [drawn, sum] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    // The panel's own colour stands in the last corner, below the last of a row or beside it.
    const bare = data[i] === data[data.length - 4] && data[i + 1] === data[data.length - 3];
    if (!bare) drawn++;
    sum = (Math.imul(sum, 31) + data[i] * 65_536 + data[i + 1] * 256 + data[i + 2]) | 0;
  }
  return { share: drawn / (data.length / 4), sum };
}

/** What one repaint of the whole wall costs: the worst that scrolling can ask for. */
async function drawing() {
  const cost = await page.evaluate(async () => {
    const wall = document.querySelector('[data-testid="call-wall"]');
    const times = [];
    for (let step = 1; step <= 20; step++) {
      const began = performance.now();
      wall.scrollTop = step * 37;
      wall.dispatchEvent(new Event("scroll"));
      times.push(performance.now() - began);
      await new Promise((done) => requestAnimationFrame(done));
    }
    wall.scrollTop = 0;
    return times.sort((a, b) => a - b);
  });
  const p95 = at(cost, 0.95);
  check(
    "drawing what is in sight anew",
    !limits || p95 <= DRAW_P95_MS,
    `median ${at(cost, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)} ms`,
  );
}

async function byHand() {
  await collector.calls("skip=60000");
  await until("sum-heard", 0).catch(() => undefined);
  await page.keyboard.press("j");
  await id("call-detail").waitFor();
  const venue = await id("call-detail").getAttribute("data-venue");
  const before = await id("call-detail").textContent();
  check(
    "a straggler stands first, with its reason",
    before.includes("待应答") && before.includes("主机在线"),
    before.slice(0, 60),
  );
  check("the operator is remembered", (await id("hand-operator").inputValue()) === "林秀英");
  check("an answer without a name is none", await id("hand-go").isDisabled());
  await id("hand-person").fill("王海燕");
  await id("hand-by-telephone").click();
  await id("hand-sound-good").click();
  await shot("call-by-hand");
  await id("hand-go").click();
  await id("call-said").waitFor();
  await see("a person's answer has a sign and a word of its own", () => {
    const now = document.querySelector(".call-detail-now");
    return now?.querySelector('[data-sign="person"]') && now.textContent.includes("电话应答");
  });
  await until("sum-by_person", 1);
  const word = (await collector.calls()).at(-1);
  const sent = JSON.stringify([
    word.path.split("/").at(-1),
    word.mode,
    word.person,
    word.picture,
    word.sound,
    word.operator,
  ]);
  check(
    "the word as it was given",
    sent === JSON.stringify([venue, "telephone", "王海燕", null, true, "林秀英"]),
    sent,
  );

  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await id("excuse-why").fill("停电检修");
  await id("excuse-go").click();
  await id("excuse-undo").waitFor();
  await until("sum-excused", 1);
  await id("excuse-undo").click();
  await until("sum-excused", 0);
  check("an excuse is given and undone", true);
  await page.keyboard.press("Escape");
}

const largeCells = () => Number(document.querySelector('[data-testid="call-wall"]')?.dataset.cell) > 12;

async function narrowed() {
  await id("view-counties").click();
  await id("county-350102").click();
  await says("a county's tile opens its venues", "filter-county", "鼓楼区");
  await see("and no others", () => {
    const rows = [...document.querySelectorAll(".call-row")];
    return rows.length > 0 && rows.every((row) => row.dataset.testid.startsWith("row-350102"));
  });
  await see("each a cell that can be told apart", largeCells);
  await shot("call-county");
  await id("filter-clear").click();
  await id("city-3502").click();
  await see("a city narrows the list", () => {
    const height = Number.parseInt(document.querySelector('[data-testid="call-rows"] > div')?.style.height ?? "", 10);
    return height > 0 && height / 44 < 700;
  });
  await see("fewer venues have larger cells", largeCells);
  await shot("call-city");
  await id("filter-clear").click();
  await id("sign-waiting").click();
  await see("a sign narrows the list", () => {
    const rows = [...document.querySelectorAll('[data-testid="call-rows"] [data-sign].call-row')];
    return rows.length > 0 && rows.every((row) => row.dataset.sign === "waiting");
  });
  await id("filter-clear").click();
  await id("view-venues").click();
  await id("call-wall").focus();
  await page.keyboard.press("ArrowRight");
  await id("call-detail").waitFor();
  check("the arrows choose a cell", (await id("call-detail").getAttribute("data-venue")).startsWith("35"));
  await page.keyboard.press("Escape");
}

async function deadline() {
  await collector.calls("skip=120000");
  await page.locator('[data-testid="call-clock"][data-phase="over"]').waitFor();
  await until("sum-waiting", 0);
  check(
    "at the deadline nobody waits any more",
    (await number("sum-silent")) > 0,
    `${await number("sum-silent")} silent`,
  );
  await id("call-rows").evaluate((rows) => rows.scrollTo(0, 0));
  await page.locator('[data-testid="call-rows"] .call-row[data-sign="silent"]').first().waitFor();
  await counts("who is silent stands first", '[data-testid="call-rows"] .call-row[data-sign="silent"]', 6, false);
  await shot("call-over");
  await english("call over");
  await id("call-end").click();
  check("ending asks first", !(await collector.calls()).at(-1).path.endsWith("/end"));
  await id("end-go").click();
  await page.locator('[data-testid="call"][data-open="false"]').waitFor();
  await says("the call is a record, and not one that was broken off", "call-state", "已结束");
  await see("who ended it stands in it", () => !!document.querySelector('[data-testid="call-closed"]'));
}

async function replayed() {
  const ended = await number("sum-whole");
  const slider = id("replay-at");
  await slider.focus();
  await page.keyboard.press("Home");
  await until("sum-whole", 0);
  const waiting = await number("sum-waiting");
  check("the replay begins with everybody waiting", waiting > 18_000, String(waiting));
  await id("replay-play").click();
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="sum-whole"]').textContent.replace(/\D/g, "")) > 1_000,
  );
  await id("replay-play").click();
  await shot("call-replay");
  await slider.focus();
  await page.keyboard.press("End");
  await until("sum-whole", ended);
  const changed = await page.evaluate(painted);
  await id("call-wall").evaluate((wall) => wall.scrollTo(0, 50));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await id("call-wall").evaluate((wall) => wall.scrollTo(0, 0));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const anew = await page.evaluate(painted);
  check("what was painted change by change is as painted anew", changed.sum === anew.sum, `${changed.sum} ${anew.sum}`);
  check("and ends as the record stands", (await number("sum-whole")) === ended, String(ended));
}

/** Nobody touches the big screen: it takes up a call that somebody begins elsewhere, and nothing of it scrolls. */
async function bigScreen() {
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(`${collector.url}/wall`);
  await page.locator('[data-testid="wall-figures"]').waitFor();
  await page.locator('[data-testid="wall-call"][data-open="false"]').waitFor();
  check("the newest record stands on the big screen", true);
  const order = { title: "防汛点名", depth: "present", places: ["35"], deadline_s: 180, operator: "林秀英" };
  await fetch(`${collector.url}/api/v1/roll-calls`, { method: "POST", body: JSON.stringify(order) });
  await page.locator('[data-testid="wall-call"][data-open="true"]').waitFor();
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="sum-whole"]').textContent.replace(/\D/g, "")) > 1_000,
  );
  const clock = await page.locator('[data-testid="call-clock"] b').textContent();
  check("a call that begins takes the screen with its clock", /^2:[45]\d$/.test(clock), clock);
  await page.locator(".map-canvas[data-painted]").waitFor();
  const frames = await framesOf(page, () => page.waitForTimeout(3_000));
  check("frames of the big screen while a province answers", !limits || frames.p95 <= FRAME_P95_MS, frames.told);
  for (const [width, height] of [
    [1920, 1080],
    [3840, 2160],
  ]) {
    await page.setViewportSize({ width, height });
    await page.waitForFunction((wanted) => document.querySelector(".wall").clientWidth === wanted, width);
    // Laid out anew in the frame after the one that told the size.
    for (let frame = 0; frame < 4; frame++)
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
    const over = await page.evaluate(() => {
      const cut = (element) =>
        element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
      const page = document.scrollingElement;
      const boxes = [
        ...document.querySelectorAll(
          ".wall-board, .wall-board > *, .wall-call .call-what, .wall-cities, .call-counties, .call-county, .wall-cities h3",
        ),
      ];
      const bad = boxes.filter(cut).map((box) => box.className || box.textContent);
      return [page.scrollHeight > innerHeight || page.scrollWidth > innerWidth ? "page" : null, ...bad].filter(Boolean);
    });
    const tiles = await page.locator(".call-county").count();
    check(`nothing is cut or scrolls at ${width}`, over.length === 0, `${over.join(" | ")} ${tiles} counties`);
    await shot(`wall-${width}`);
  }
  collector.stop();
  await says("a lost stream is said on the screen", "wall-lost", "正在自动重连");
  await shot("wall-lost");
  // From here on the browser says of each question that nobody answers.
  errors.length = 0;
}

await play([begin, live, drawing, byHand, narrowed, deadline, replayed, bigScreen]);
