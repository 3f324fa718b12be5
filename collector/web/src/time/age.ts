// Ages and times as an operator reads them. Pure: the collector's clock comes in as an argument.

export type Lang = "zh" | "en";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Two clocks never agree to the second; a small lead is 'just now'. */
const CLOCK_SLACK = 5_000;

const unit = (lang: Lang, n: number, zh: string, en: string) => (lang === "zh" ? `${n} ${zh}` : `${n} ${en}`);

/** A span without direction: '12 分钟', '3 h 05 min'. */
export function span(ms: number, lang: Lang): string {
  const s = Math.max(0, ms);
  if (s < MINUTE) return unit(lang, Math.floor(s / 1000), "秒", "s");
  if (s < HOUR) return unit(lang, Math.floor(s / MINUTE), "分钟", "min");
  if (s < DAY) {
    const h = Math.floor(s / HOUR);
    const m = Math.floor((s % HOUR) / MINUTE);
    return m === 0 ? unit(lang, h, "小时", "h") : `${unit(lang, h, "小时", "h")} ${unit(lang, m, "分", "min")}`;
  }
  return unit(lang, Math.floor(s / DAY), "天", "d");
}

/** '12 分钟前'; a time ahead of the collector's clock says so; null when there is no time. */
export function age(at_ms: number | null | undefined, now_ms: number, lang: Lang): string | null {
  if (at_ms == null) return null;
  const passed = now_ms - at_ms;
  if (passed < -CLOCK_SLACK) return lang === "zh" ? `超前 ${span(-passed, lang)}` : `${span(-passed, lang)} ahead`;
  if (passed < CLOCK_SLACK) return lang === "zh" ? "刚刚" : "just now";
  return lang === "zh" ? `${span(passed, lang)}前` : `${span(passed, lang)} ago`;
}

const shanghai = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });

const DATE = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
const parts = shanghai({ ...DATE, ...TIME });

function pick(at_ms: number): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(at_ms).map((p) => [p.type, p.value]));
}

/** '2026-11-23 03:12:45', always Asia/Shanghai. */
export function timestamp(at_ms: number): string {
  const p = pick(at_ms);
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** '03:12:45', always Asia/Shanghai. */
export function clockTime(at_ms: number): string {
  const p = pick(at_ms);
  return `${p.hour}:${p.minute}:${p.second}`;
}

/** '11-23 03:12' for an axis that spans days, '03:12' within one. */
export function axisTime(at_ms: number, withDate: boolean): string {
  const p = pick(at_ms);
  return withDate ? `${p.month}-${p.day} ${p.hour}:${p.minute}` : `${p.hour}:${p.minute}`;
}

const WEEKDAY = {
  zh: new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", weekday: "short" }),
  en: new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", weekday: "short" }),
};

/** '2026-11-23 周一'. */
export function dayWithWeek(at_ms: number, lang: Lang): string {
  return `${timestamp(at_ms).slice(0, 10)} ${WEEKDAY[lang].format(at_ms)}`;
}
