// The only file with colours. Three themes; antd's tokens and the console's own variables both come from here.
import type { ThemeConfig } from "antd";
import type { Class } from "../api/names";

export type ThemeName = "light" | "dark" | "contrast";
export const THEMES: readonly ThemeName[] = ["light", "dark", "contrast"];

export interface Palette {
  dark: boolean;
  page: string;
  panel: string;
  raised: string;
  line: string;
  text: string;
  soft: string;
  accent: string;
  onAccent: string;
  /** Text on a filled state mark. */
  onState: string;
  /** Between the regions of the map. */
  border: string;
  states: Record<Class, string>;
  /** Lines of a chart, told apart also by dash. */
  series: string[];
}

export const PALETTES: Record<ThemeName, Palette> = {
  light: {
    dark: false,
    page: "#eef1f5",
    panel: "#ffffff",
    raised: "#f5f7fa",
    line: "#d5dbe3",
    text: "#17212e",
    soft: "#51607a",
    accent: "#155aa8",
    onAccent: "#ffffff",
    onState: "#ffffff",
    border: "#ffffff",
    states: {
      silent: "#7a2fb8",
      fail: "#c9202c",
      stale: "#84619f",
      unknown: "#4d6c91",
      degraded: "#9a5900",
      pass: "#1b7d3c",
    },
    series: ["#155aa8", "#9a5900", "#1b7d3c", "#7a2fb8"],
  },
  dark: {
    dark: true,
    page: "#0d131b",
    panel: "#151d28",
    raised: "#1c2735",
    line: "#2e3c4f",
    text: "#e6ebf2",
    soft: "#a0afc4",
    accent: "#63a8f5",
    onAccent: "#07111d",
    onState: "#0d131b",
    border: "#0d131b",
    states: {
      silent: "#c790ff",
      fail: "#ff6d64",
      stale: "#bda3d4",
      unknown: "#8fb0d8",
      degraded: "#eaa92c",
      pass: "#47bf69",
    },
    series: ["#63a8f5", "#eaa92c", "#47bf69", "#c790ff"],
  },
  contrast: {
    dark: true,
    page: "#000000",
    panel: "#000000",
    raised: "#101010",
    line: "#ffffff",
    text: "#ffffff",
    soft: "#f0f0f0",
    accent: "#ffe600",
    onAccent: "#000000",
    onState: "#000000",
    border: "#ffffff",
    states: {
      silent: "#ff9cff",
      fail: "#ff6b6b",
      stale: "#d9c2ff",
      unknown: "#9fd0ff",
      degraded: "#ffc400",
      pass: "#3dff8b",
    },
    series: ["#9fd0ff", "#ffc400", "#3dff8b", "#ff9cff"],
  },
};

/** One CJK family for all text: Latin and figures come from the same font, so that lines never mix two faces. */
export const FONT =
  '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", sans-serif';

export function antdTheme(name: ThemeName): ThemeConfig {
  const p = PALETTES[name];
  return {
    token: {
      colorPrimary: p.accent,
      colorInfo: p.accent,
      colorSuccess: p.states.pass,
      colorWarning: p.states.degraded,
      colorError: p.states.fail,
      colorLink: p.accent,
      colorBgBase: p.panel,
      colorTextBase: p.text,
      colorBgLayout: p.page,
      colorBgContainer: p.panel,
      colorBgElevated: p.dark ? p.raised : p.panel,
      colorBorder: p.line,
      colorBorderSecondary: p.line,
      colorText: p.text,
      colorTextSecondary: p.soft,
      colorTextTertiary: p.soft,
      colorTextPlaceholder: p.soft,
      colorTextLightSolid: p.onAccent,
      fontFamily: FONT,
      fontSize: 14,
      borderRadius: 4,
      // A night-shift console does not move without cause.
      motion: false,
    },
  };
}

export function cssVariables(name: ThemeName): Record<string, string> {
  const p = PALETTES[name];
  const v: Record<string, string> = {
    "--page": p.page,
    "--panel": p.panel,
    "--raised": p.raised,
    "--line": p.line,
    "--text": p.text,
    "--soft": p.soft,
    "--accent": p.accent,
    "--on-accent": p.onAccent,
    "--on-state": p.onState,
    "--font": FONT,
  };
  for (const [state, colour] of Object.entries(p.states)) v[`--${state}`] = colour;
  return v;
}
