// Name, search, link state, clock, language, theme.
import { useEffect, useRef, useState } from "react";
import { Link, useLocation, useNavigate, useSearchParams } from "react-router";
import { AssuranceBadge } from "../assurance/Badge";
import { LiveBadge } from "../live/LostBanner";
import { useCell } from "../state/cell";
import { language, themeName } from "../theme/appearance";
import { THEMES, type ThemeName } from "../theme/tokens";
import { WallClock } from "../time/Age";
import { useWords } from "../words/words";
import { helpOpen } from "./keys";

const TYPING_MS = 160;

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

/** On the list it filters while typing; elsewhere Enter opens the list. */
function Search() {
  const { t } = useWords();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [parameters, setParameters] = useSearchParams();
  const onList = pathname === "/venues";
  const inUrl = onList ? (parameters.get("q") ?? "") : "";
  const [text, setText] = useState(inUrl);
  const typed = useRef(inUrl);
  const timer = useRef<number | undefined>(undefined);

  useEffect(() => {
    if (typed.current !== inUrl) {
      typed.current = inUrl;
      setText(inUrl);
    }
  }, [inUrl]);

  const apply = (q: string) => {
    window.clearTimeout(timer.current);
    typed.current = q;
    if (!onList) {
      navigate(`/venues?q=${encodeURIComponent(q)}`);
      return;
    }
    setParameters(
      (was) => {
        const next = new URLSearchParams(was);
        if (q) next.set("q", q);
        else next.delete("q");
        return next;
      },
      { replace: true },
    );
  };

  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        apply(text.trim());
      }}
    >
      <input
        id="search"
        type="search"
        data-testid="search"
        aria-label={t("search.label")}
        placeholder={t("search.placeholder")}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          window.clearTimeout(timer.current);
          if (onList) timer.current = window.setTimeout(() => apply(next.trim()), TYPING_MS);
        }}
      />
      <kbd>/</kbd>
    </form>
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
