// What is wrong with a page as it is drawn, told from inside of it. One function, because it is carried into the page whole.

/** Text that is cut or pale, figures and times that no person writes, keys without a name. */
export function blemishes() {
  const found = [];
  const told = (what, element) => {
    const of = element.closest("[data-testid]")?.dataset.testid ?? "";
    found.push(`${what} [${of}] ${(element.textContent ?? "").trim().slice(0, 30)}`);
  };
  const shown = (element) => {
    const { visibility, display, opacity } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return visibility !== "hidden" && display !== "none" && Number(opacity) > 0.4 && box.width > 1 && box.height > 1;
  };
  // A dialogue is looked at without the page behind it.
  const dialogue = [...document.querySelectorAll('[role="dialog"]')].findLast((one) => one.getClientRects().length > 0);
  const root = dialogue ?? document.body;

  const colour = (text) => {
    const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
    // `color(srgb …)` counts to one.
    return text.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const layer = colour(getComputedStyle(one).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb
      .slice(0, 3)
      .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)];
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  };

  const RAW = [
    [/\d{4}-\d\d-\d\dT\d\d/, "ISO time"],
    [/\b(undefined|NaN|null|\[object)\b/, "raw value"],
    [/\{\w+\}/, "unfilled word"],
    [/\b1[78]\d{11}\b/, "milliseconds"],
  ];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim();
    const element = node.parentElement;
    if (text === "" || element.closest("script, style, noscript, option") || !shown(element)) continue;
    for (const [pattern, what] of RAW) if (pattern.test(text) && !element.closest("code, pre")) told(what, element);
    const off = element.closest("button:disabled, [aria-disabled=true], fieldset:disabled") !== null;
    const style = getComputedStyle(element);
    const back = behind(element);
    const ratio = contrast(over(colour(style.color), back), back);
    const large = Number.parseFloat(style.fontSize) >= 18;
    if (!off && ratio < (large ? 3 : 4.5)) told(`pale ${ratio.toFixed(1)}`, element);
    if (Number.parseFloat(style.fontSize) < 11.5 && !element.closest("kbd")) told(`small ${style.fontSize}`, element);
  }

  for (const element of root.querySelectorAll("*")) {
    if (!shown(element) || element.closest("svg, canvas, .wall-map")) continue;
    const { overflowX, textOverflow, overflowY } = getComputedStyle(element);
    const hides = overflowX === "hidden" || overflowX === "clip";
    const wide = element.scrollWidth > element.clientWidth + 1;
    // What ends in dots says the rest on hover.
    const hinted = element.closest("[title]") !== null && textOverflow === "ellipsis";
    if (hides && wide && !hinted && element.clientWidth > 0) told("cut", element);
    // Examples beyond two lines are left out, whole lines of them.
    if (element.matches(".samples")) continue;
    if (overflowY === "hidden" && element.scrollHeight > element.clientHeight + 4 && element.clientHeight > 0)
      told("cut below", element);
  }
  for (const element of root.querySelectorAll(".panel-body"))
    if (shown(element) && element.scrollWidth > element.clientWidth + 1)
      told(`scrolls sideways by ${element.scrollWidth - element.clientWidth}`, element);
  // Keys that lie over each other, or beside the page.
  const keys = [...root.querySelectorAll("button, a[href], input, select, textarea")].filter(shown);
  for (const key of keys) {
    const box = key.getBoundingClientRect();
    const name =
      key.getAttribute("aria-label") || key.textContent || key.getAttribute("title") || key.labels?.[0]?.textContent;
    if (!name?.trim() && key.type !== "file") told(`no name <${key.tagName.toLowerCase()} ${key.className}>`, key);
    if (key.matches(".skip")) continue;
    const scrolls = key.closest(".panel-body, .ant-modal-body, main, [role=grid], [role=listbox]");
    if (box.right > innerWidth + 1 || (box.left < -1 && !scrolls)) told("beside the page", key);
  }
  if (document.scrollingElement.scrollWidth > innerWidth + 1) found.push("the page scrolls sideways");
  return [...new Set(found)];
}
