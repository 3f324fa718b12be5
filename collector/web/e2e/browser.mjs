// Chromium with a fresh profile, and what the checks need inside the page.
import { chromium } from "playwright-core";

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGS });

/** What a person takes for one picture after the other, on two cores that draw and serve. */
export const FRAME_P95_MS = 100;

/** Notes when the overview first stands, and from each click or input to the second frame after it. */
export function watchPaints() {
  window.avowPaints = [];
  window.avowReady = null;
  new MutationObserver(() => {
    window.avowPlace = performance.now();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-place"] });
  const seen = () => {
    if (document.querySelector('[data-ready="overview"]')) {
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          window.avowReady = performance.now();
        }),
      );
    }
  };
  const observer = new MutationObserver(seen);
  observer.observe(document, { subtree: true, childList: true });
  for (const type of ["click", "input"]) {
    window.addEventListener(
      type,
      (event) => {
        const at = event.timeStamp;
        window.avowEvent = at;
        requestAnimationFrame(() => requestAnimationFrame(() => window.avowPaints.push(performance.now() - at)));
      },
      true,
    );
  }
}

/** Frames as the browser shows them, until `stop`: the time from one to the next. */
function watchFrames() {
  const gaps = [];
  let last = performance.now();
  let running = true;
  const frame = (now) => {
    gaps.push(now - last);
    last = now;
    if (running) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)));
  observer.observe({ entryTypes: ["longtask"] });
  window.avowStop = () => {
    running = false;
    observer.disconnect();
    return { gaps, long };
  };
}

/** What `watchFrames` saw while `meanwhile` went on: figures, and all of them in words. */
export async function framesOf(page, meanwhile) {
  await page.evaluate(watchFrames);
  await meanwhile();
  const { gaps, long } = await page.evaluate(() => window.avowStop());
  gaps.sort((a, b) => a - b);
  const [middle, p95, worst, task] = [at(gaps, 0.5), at(gaps, 0.95), at(gaps, 1), Math.max(0, ...long)];
  const tasks = `${long.length} long tasks, worst ${task.toFixed(0)} ms`;
  return {
    p95,
    worst,
    told: `median ${middle.toFixed(1)}, p95 ${p95.toFixed(1)}, worst ${worst.toFixed(0)} ms; ${tasks}`,
  };
}

/** Chinese left in the chrome: text and attributes outside of what is marked as a name. */
export function chineseChrome() {
  const cjk = /[\u3000-\u9fff\uff00-\uffef]/;
  const left = [];
  const isName = (element) => element?.closest("[data-name]") !== null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      const own = node.parentElement;
      if (cjk.test(node.data) && !isName(own) && !own.closest("script, style, noscript, textarea"))
        left.push(node.data.trim());
    } else if (!isName(node)) {
      for (const name of ["title", "aria-label", "placeholder", "alt"]) {
        // A hint that only repeats a name inside it is a name.
        const text = node.getAttribute(name) ?? "";
        if (cjk.test(text) && !node.querySelector("[data-name]")) left.push(`@${name} ${text}`);
      }
    }
  }
  if (cjk.test(document.title)) left.push(`title ${document.title}`);
  return [...new Set(left)];
}

/** Of sorted figures the one at `share` of them. */
export const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
