// 巡检联调: its pages as tabs under one heading.
import { NavLink, Outlet } from "react-router";
import { PROVINCE } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { type Key, useWords } from "../words/words";
import "../style/call.css";
import "../style/inspections.css";

const TABS: readonly [to: string, word: Key][] = [
  ["/inspections", "inspect.tab.calendar"],
  ["/inspections/plans", "inspect.tab.plans"],
  ["/inspections/obligations", "inspect.tab.obligations"],
  ["/inspections/rectification", "inspect.tab.rectification"],
  ["/inspections/warnings", "inspect.tab.warnings"],
];

export function Section() {
  const { t } = useWords();
  useFollow(PROVINCE);
  return (
    <div className="section">
      <nav className="section-tabs" aria-label={t("inspect.tabs")}>
        {TABS.map(([to, word]) => (
          <NavLink key={to} to={to} end data-testid={`tab-${to.split("/")[2] ?? "calendar"}`}>
            {t(word)}
          </NavLink>
        ))}
      </nav>
      <div className="section-page">
        <Outlet />
      </div>
    </div>
  );
}
