// Theme and language of this browser: kept in local storage, applied to the document before the first paint.
import { cell } from "../state/cell";
import { keep, recall } from "../state/kept";
import type { Lang } from "../time/age";
import { cssVariables, PALETTES, THEMES, type ThemeName } from "./tokens";

function kept<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const found = recall(key);
  return allowed.find((a) => a === found) ?? otherwise;
}

const prefersDark = typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches;

export const themeName = cell<ThemeName>(kept("avow.theme", THEMES, prefersDark ? "dark" : "light"));
export const language = cell<Lang>(kept("avow.lang", ["zh", "en"] as const, "zh"));

export function applyAppearance(): void {
  const root = document.documentElement;
  const name = themeName.get();
  for (const [variable, value] of Object.entries(cssVariables(name))) root.style.setProperty(variable, value);
  root.style.colorScheme = PALETTES[name].dark ? "dark" : "light";
  root.dataset.theme = name;
  root.lang = language.get() === "zh" ? "zh-CN" : "en";
  document.title = language.get() === "zh" ? "Avow 视频会议保障平台" : "Avow · video-conference assurance";
}

themeName.subscribe(() => {
  keep("avow.theme", themeName.get());
  applyAppearance();
});
language.subscribe(() => {
  keep("avow.lang", language.get());
  applyAppearance();
});
