// Name, search, link state, clock, language, theme.
import { Link } from "react-router";
import { AssuranceBadge } from "../assurance/Badge";
import { LiveBadge } from "../live/LostBanner";
import { useCell } from "../state/cell";
import { language, themeName } from "../theme/appearance";
import { THEMES, type ThemeName } from "../theme/tokens";
import { WallClock } from "../time/Age";
import { useWords } from "../words/words";
import { helpOpen } from "./keys";
import { Search } from "./Search";

export function Header() {
  const { t, lang } = useWords();
  return (
    <header className="top">
      <Link to="/" className="brand">
        <img src="/mark.svg" alt="" width="24" height="24" />
        <b>Avow</b>
        <span>{t("product.name")}</span>
      </Link>
      <Search />
      <span className="grow" />
      <AssuranceBadge />
      <LiveBadge />
      <WallClock />
      <ThemeSwitch />
      <button
        type="button"
        className="plain"
        data-testid="language"
        aria-label={t("switch.language.label")}
        lang={lang === "zh" ? "en" : "zh-CN"}
        onClick={() => language.set(lang === "zh" ? "en" : "zh")}
      >
        <span data-name="">{t("switch.language")}</span>
      </button>
      <button type="button" className="plain" data-testid="help" onClick={() => helpOpen.set(true)}>
        {t("help.open")} <kbd>?</kbd>
      </button>
    </header>
  );
}

function ThemeSwitch() {
  const { t } = useWords();
  const current = useCell(themeName);
  return (
    <fieldset className="switch" aria-label={t("theme.label")}>
      {THEMES.map((name: ThemeName) => (
        <button
          key={name}
          type="button"
          data-testid={`theme-${name}`}
          aria-pressed={name === current}
          onClick={() => themeName.set(name)}
        >
          {t(`theme.${name}`)}
        </button>
      ))}
    </fieldset>
  );
}
