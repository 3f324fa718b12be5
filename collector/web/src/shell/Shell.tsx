// Header, rail, banner, page. Pages that need antd's controls come in their own chunk.
import { lazy, Suspense, useEffect, useState } from "react";
import { Link, NavLink, Route, Routes, useLocation } from "react-router";
import { useCallKey } from "../inbound/call_key";
import { LostBanner } from "../live/LostBanner";
import { health } from "../live/stream";
import { Overview } from "../overview/Overview";
import { Loading, Notice } from "../panels/Notice";
import { useCell } from "../state/cell";
import { useWords } from "../words/words";
import { Header } from "./Header";
import { helpOpen, useKeys } from "./keys";
import { Survive } from "./Survive";

const pages = () => import("./pages");
const VenuesPage = lazy(() => pages().then((m) => ({ default: m.VenuesPage })));
const SystemsPage = lazy(() => pages().then((m) => ({ default: m.SystemsPage })));
const ObligationsPage = lazy(() => pages().then((m) => ({ default: m.ObligationsPage })));
const MeetingsPage = lazy(() => pages().then((m) => ({ default: m.MeetingsPage })));
const DocumentsPage = lazy(() => pages().then((m) => ({ default: m.DocumentsPage })));
const UnitsPage = lazy(() => pages().then((m) => ({ default: m.UnitsPage })));
const VenuePage = lazy(() => import("../venue/VenuePage").then((m) => ({ default: m.VenuePage })));
const RollCallPage = lazy(() => import("../roll_call/pages").then((m) => ({ default: m.RollCallPage })));
const CallPage = lazy(() => import("../roll_call/pages").then((m) => ({ default: m.CallPage })));
const InboundPage = lazy(() => import("../inbound/pages").then((m) => ({ default: m.InboundPage })));
const InboundCall = lazy(() => import("../inbound/pages").then((m) => ({ default: m.InboundCall })));
const InboundStrip = lazy(() => import("../inbound/InboundStrip").then((m) => ({ default: m.InboundStrip })));
const inspections = () => import("../inspections/pages");
const Section = lazy(() => inspections().then((m) => ({ default: m.Section })));
const CalendarPage = lazy(() => inspections().then((m) => ({ default: m.CalendarPage })));
const PlansPage = lazy(() => inspections().then((m) => ({ default: m.PlansPage })));
const WarningsPage = lazy(() => inspections().then((m) => ({ default: m.WarningsPage })));
const AssurancePage = lazy(() => inspections().then((m) => ({ default: m.AssurancePage })));
const RectificationPage = lazy(() => inspections().then((m) => ({ default: m.RectificationPage })));
const RunPage = lazy(() => inspections().then((m) => ({ default: m.RunPage })));
const WallPage = lazy(() => import("../wall/WallPage").then((m) => ({ default: m.WallPage })));
const Help = lazy(() => import("./Help").then((m) => ({ default: m.Help })));

/** The other pages are fetched once the first one stands. */
function useWarmPages(wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return undefined;
    const timer = window.setTimeout(() => {
      void pages();
      void import("../venue/VenuePage");
      void import("../roll_call/pages");
      void import("../inbound/pages");
      void inspections();
    }, 2500);
    return () => window.clearTimeout(timer);
  }, [wanted]);
}

export function Shell() {
  const { t } = useWords();
  useKeys();
  useCallKey();
  const { pathname } = useLocation();
  const wall = pathname === "/wall";
  useWarmPages(!wall);
  if (wall) {
    return (
      <Survive alone>
        <Suspense fallback={<Loading />}>
          <WallPage />
        </Suspense>
      </Survive>
    );
  }
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("nav.skip")}
      </a>
      <Header />
      <Rail />
      <div className="stage">
        <LostBanner />
        <Suspense fallback={null}>
          <InboundStrip />
        </Suspense>
        <main id="main" tabIndex={-1}>
          <Survive key={pathname}>
            <Suspense fallback={<Loading />}>
              <Routes>
                <Route path="/" element={<Overview />} />
                <Route path="/venues" element={<VenuesPage />} />
                <Route path="/roll-call" element={<RollCallPage />} />
                <Route path="/roll-call/:id" element={<CallPage />} />
                <Route path="/inbound" element={<InboundPage />} />
                <Route path="/inbound/:id" element={<InboundCall />} />
                <Route path="/units" element={<UnitsPage />} />
                <Route path="/systems" element={<SystemsPage />} />
                <Route path="/inspections" element={<Section />}>
                  <Route index element={<CalendarPage />} />
                  <Route path="plans" element={<PlansPage />} />
                  <Route path="obligations" element={<ObligationsPage />} />
                  <Route path="rectification" element={<RectificationPage />} />
                  <Route path="warnings" element={<WarningsPage />} />
                </Route>
                <Route path="/inspections/runs/:id" element={<RunPage />} />
                <Route path="/assurance" element={<AssurancePage />} />
                <Route path="/meetings" element={<MeetingsPage />} />
                <Route path="/reports" element={<DocumentsPage />} />
                <Route path="/venues/:id" element={<VenuePage />} />
                <Route path="*" element={<NoPage />} />
              </Routes>
            </Suspense>
          </Survive>
        </main>
      </div>
      <HelpHost />
    </div>
  );
}

function Rail() {
  const { t } = useWords();
  const { search, pathname } = useLocation();
  const version = useCell(health, (h) => h?.version ?? null);
  const [venuesSearch, setVenuesSearch] = useState("");
  useEffect(() => {
    if (pathname === "/venues") setVenuesSearch(search);
  }, [pathname, search]);
  return (
    <nav className="rail" aria-label={t("nav.label")}>
      <NavLink to="/" end>
        <span>{t("nav.overview")}</span>
        <kbd>g o</kbd>
      </NavLink>
      <NavLink to="/roll-call">
        <span>{t("nav.call")}</span>
        <kbd>g c</kbd>
      </NavLink>
      <NavLink to="/inbound">
        <span>{t("nav.inbound")}</span>
        <kbd>g a</kbd>
      </NavLink>
      <NavLink to={`/venues${venuesSearch}`}>
        <span>{t("nav.venues")}</span>
        <kbd>g v</kbd>
      </NavLink>
      <NavLink to="/units">
        <span>{t("nav.units")}</span>
        <kbd>g u</kbd>
      </NavLink>
      <NavLink to="/systems">
        <span>{t("nav.systems")}</span>
        <kbd>g s</kbd>
      </NavLink>
      <NavLink to="/inspections">
        <span>{t("nav.inspections")}</span>
        <kbd>g i</kbd>
      </NavLink>
      <NavLink to="/assurance">
        <span>{t("nav.assurance")}</span>
        <kbd>g p</kbd>
      </NavLink>
      <NavLink to="/meetings">
        <span>{t("nav.meetings")}</span>
        <kbd>g m</kbd>
      </NavLink>
      <NavLink to="/reports">
        <span>{t("nav.documents")}</span>
        <kbd>g r</kbd>
      </NavLink>
      <NavLink to="/wall">
        <span>{t("nav.wall")}</span>
        <kbd>g w</kbd>
      </NavLink>
      <span className="grow" />
      {version && <small className="num">v{version}</small>}
    </nav>
  );
}

function NoPage() {
  const { t } = useWords();
  const { pathname } = useLocation();
  return (
    <Notice title={t("state.missing.page")} next={t("state.missing.next", { code: pathname })} testid="not-found">
      <Link className="plain" to="/">
        {t("state.home")}
      </Link>
    </Notice>
  );
}

function HelpHost() {
  const open = useCell(helpOpen);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <Help close={() => helpOpen.set(false)} />
    </Suspense>
  );
}
