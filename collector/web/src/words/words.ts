// The console's dictionary: one lookup, two complete languages.

import { ApiProblem } from "../api/fetch";
import { useCell } from "../state/cell";
import type { Standing } from "../state/classes";
import { language } from "../theme/appearance";
import type { Lang } from "../time/age";
import { en } from "./en";
import { classes_en, findings_en, other_en } from "./findings_en";
import { classes_zh, type Finding, findings_zh, other_zh } from "./findings_zh";
import { events, type Pair, settings, units, values } from "./values";
import { zh } from "./zh";

export type Key = keyof typeof zh;
export type Vars = Record<string, string | number>;

const BOOKS: Record<Lang, Record<Key, string>> = { zh, en };
const FINDINGS: Record<Lang, Record<string, Finding>> = { zh: findings_zh, en: findings_en };
const OF_CLASS: Record<Lang, Record<Standing, Finding>> = { zh: classes_zh, en: classes_en };
const OTHER: Record<Lang, Finding> = { zh: other_zh, en: other_en };

export function fill(text: string, vars?: Vars): string {
  return vars ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(vars[name] ?? whole)) : text;
}

export function say(lang: Lang, key: Key, vars?: Vars): string {
  return fill(BOOKS[lang][key], vars);
}

export function isKey(key: string): key is Key {
  return key in zh;
}

/** A finding in words; a code that is not in the book is shown with its code, never hidden. */
export function finding(lang: Lang, code: string | null | undefined, of: Standing): Finding {
  if (code == null) return OF_CLASS[lang][of];
  const known = FINDINGS[lang][code];
  if (known) return known;
  return { cause: fill(OTHER[lang].cause, { code }), next: OTHER[lang].next };
}

const AT: Record<Lang, 0 | 1> = { zh: 0, en: 1 };

const VALUES = new Map<string, Pair>(Object.entries(values));
const SETTINGS = new Map<string, Pair>(Object.entries(settings));
const EVENTS = new Map<string, Pair>(Object.entries(events));
const UNITS = new Map<string, Pair>(Object.entries(units));

/** A camera with several presets measures each: `shift_px_p2` is that of preset 2. */
const OF_PRESET = /^(.+)_p(\d+)$/;

/** A name that is not in the book is shown as it is, never hidden. */
export function valueName(lang: Lang, name: string): string {
  const known = VALUES.get(name)?.[AT[lang]];
  if (known) return known;
  const [, base = "", preset = ""] = OF_PRESET.exec(name) ?? [];
  const of = VALUES.get(base)?.[AT[lang]];
  return of ? fill(OTHER_PRESET[lang], { of, preset }) : name;
}

const OTHER_PRESET: Record<Lang, string> = { zh: "{of}（预置位 {preset}）", en: "{of} (preset {preset})" };
export function settingName(lang: Lang, name: string): string {
  return SETTINGS.get(name)?.[AT[lang]] ?? name;
}

/** Null for a code that is not in the book: then its text says what happened. */
export function eventTitle(lang: Lang, code: string): string | null {
  return EVENTS.get(code)?.[AT[lang]] ?? null;
}

export function unitName(lang: Lang, symbol: string): string {
  return UNITS.get(symbol)?.[AT[lang]] ?? symbol;
}

const FIGURES: Record<Lang, Intl.NumberFormat> = {
  zh: new Intl.NumberFormat("zh-CN"),
  en: new Intl.NumberFormat("en-GB"),
};

export interface Words {
  lang: Lang;
  t(key: Key, vars?: Vars): string;
  n(figure: number): string;
  finding(code: string | null | undefined, of: Standing): Finding;
  /** What was measured. */
  value(name: string): string;
  unit(symbol: string): string;
  /** How a device is set. */
  setting(name: string): string;
  /** The collector's `why`: a known word in our language, or its own text. */
  why(text: string | null | undefined): string | null;
  /** What the collector says no with, in our language; null: it did not answer. */
  refusal(error: unknown): string | null;
}

export function refusal(lang: Lang, error: unknown): string | null {
  if (!(error instanceof ApiProblem)) return null;
  return (lang === "zh" && error.detail_zh) || error.detail;
}

function book(lang: Lang): Words {
  return {
    lang,
    t: (key, vars) => say(lang, key, vars),
    n: (figure) => FIGURES[lang].format(figure),
    finding: (code, of) => finding(lang, code, of),
    value: (name) => valueName(lang, name),
    unit: (symbol) => unitName(lang, symbol),
    setting: (name) => settingName(lang, name),
    why(text) {
      if (!text) return null;
      const key = `why.${text}`;
      return isKey(key) ? say(lang, key) : text;
    },
    refusal: (error) => refusal(lang, error),
  };
}

const WORDS: Record<Lang, Words> = { zh: book("zh"), en: book("en") };

export function words(): Words {
  return WORDS[language.get()];
}

export function useWords(): Words {
  return WORDS[useCell(language)];
}
