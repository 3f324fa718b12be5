// Every venue, found in a few keystrokes: filtered, sorted and paged by the collector, drawn through a window.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { memo } from "react";
import type { BackupKind, Counts } from "../api/names";
import { PROVINCE, placeQuery, type VenueFilter, venuesQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Freshness } from "../panels/Panel";
import { AntdFrame } from "../shell/AntdFrame";
import { BACKUP_MARK, backupWishes } from "../state/backups";
import { CLASSES, STANDINGS } from "../state/classes";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import "../style/venues.css";
import "../style/systems.css";
import { SORTS, toggled, useFilter } from "./filter";
import { VenueList } from "./VenueList";

export function VenuesPage() {
  const { t, n } = useWords();
  const [filter, change] = useFilter();
  useFollow(filter.place || PROVINCE);
  const { data, error, refetch } = useQuery({ ...venuesQuery(filter, 0), refetchInterval: false });
  const clear = () => change({ class: "", q: "", place: "", backup: "", backup_kind: "" });
  return (
    <AntdFrame>
      <div className="venues" data-testid="venues" data-ready={data ? "venues" : undefined}>
        <header className="venues-bar">
          <h1>{t("venues.title")}</h1>
          {data && <Chips counts={data.counts} active={filter.class} change={change} />}
          <OverdueChip filter={filter} change={change} />
        </header>
        <div className="venues-bar is-second">
          {data && (
            <span className="num" data-testid="venues-total">
              {t("venues.count", { n: n(data.total) })}
            </span>
          )}
          <Conditions filter={filter} change={change} />
          <span className="grow" />
          <Sort filter={filter} change={change} />
          {data && <Freshness at={data.now_ms} />}
        </div>
        {error && !data ? (
          <Failed error={error} retry={refetch} code={filter.place} />
        ) : !data ? (
          <Loading />
        ) : data.total === 0 ? (
          <Notice title={t("venues.none")} next={t("venues.none.next")} testid="venues-none">
            <button type="button" className="plain" onClick={clear}>
              {t("venues.clear")}
            </button>
          </Notice>
        ) : (
          <VenueList key={JSON.stringify(filter)} filter={filter} total={data.total} />
        )}
      </div>
    </AntdFrame>
  );
}

type ChangeFilter = (change: Partial<VenueFilter>) => void;

const Chips = memo(function Chips({
  counts,
  active,
  change,
}: {
  counts: Counts;
  active: string;
  change: ChangeFilter;
}) {
  const { t, n } = useWords();
  const chosen = active.split(",");
  const outside = STANDINGS.filter((s) => (s === "never" || s === "excluded") && counts[s] > 0);
  return (
    <div className="chips" data-testid="chips">
      <button
        type="button"
        className="chip"
        data-testid="chip-all"
        aria-pressed={active === ""}
        onClick={() => change({ class: "" })}
      >
        {t("venues.all")} <b className="num">{n(counts.venues + counts.never)}</b>
      </button>
      {[...CLASSES, ...outside].map((c) => (
        <button
          key={c}
          type="button"
          className={`chip is-${c}`}
          data-testid={`chip-${c}`}
          aria-pressed={chosen.includes(c)}
          onClick={() => change({ class: toggled(active, c) })}
        >
          <Mark of={c} />
          {t(`class.${c}`)} <b className="num">{n(counts[c])}</b>
        </button>
      ))}
    </div>
  );
});

/** Backups that nobody has seen work for too long: on and off in one click. */
function OverdueChip({ filter, change }: { filter: VenueFilter; change: ChangeFilter }) {
  const { t } = useWords();
  const on = filter.backup === "overdue";
  return (
    <button
      type="button"
      className={`chip is-${BACKUP_MARK.overdue}`}
      data-testid="chip-backup-overdue"
      aria-pressed={on}
      onClick={() => change({ backup: on ? "" : "overdue" })}
    >
      <Mark of={BACKUP_MARK.overdue} />
      {t("venues.backup.overdue")}
    </button>
  );
}

/** Place, backups and search as removable conditions, in words. */
function Conditions({ filter, change }: { filter: VenueFilter; change: ChangeFilter }) {
  const { t } = useWords();
  const place = useQuery({ ...placeQuery(filter.place), enabled: filter.place !== "", refetchInterval: false });
  const path = place.data?.path.map((p) => p.name).join(" ") ?? filter.place;
  return (
    <>
      {filter.place !== "" && (
        <button
          type="button"
          className="plain"
          data-testid="clear-place"
          aria-label={t("venues.place.clear")}
          onClick={() => change({ place: "" })}
        >
          {t("venues.place")} <span data-name="">{path}</span> ×
        </button>
      )}
      {(filter.backup !== "" || filter.backup_kind !== "") && (
        <button
          type="button"
          className="plain"
          data-testid="clear-backup"
          aria-label={t("venues.backup.clear")}
          onClick={() => change({ backup: "", backup_kind: "" })}
        >
          {t("backups.title")} {filter.backup_kind !== "" && t(`backup.kind.${filter.backup_kind as BackupKind}`)}{" "}
          {backupWishes(filter.backup)
            .map((wish) => t(`backup.${wish}`))
            .join(t("backups.and"))}{" "}
          ×
        </button>
      )}
      {filter.q !== "" && (
        <button
          type="button"
          className="plain"
          data-testid="clear-search"
          aria-label={t("venues.search.clear")}
          onClick={() => change({ q: "" })}
        >
          {t("venues.search")} <span data-name="">{filter.q}</span> ×
        </button>
      )}
    </>
  );
}

function Sort({ filter, change }: { filter: VenueFilter; change: ChangeFilter }) {
  const { t } = useWords();
  return (
    <>
      <Select
        value={filter.sort}
        aria-label={t("venues.sort")}
        style={{ width: 148 }}
        options={SORTS.map((s) => ({ value: s, label: t(`venues.sort.${s}`) }))}
        onChange={(sort) => change({ sort, order: "" })}
      />
      <button
        type="button"
        className="plain"
        onClick={() => change({ order: filter.order === "desc" ? "asc" : "desc" })}
      >
        {t(filter.order === "desc" ? "venues.sort.desc" : "venues.sort.asc")} {filter.order === "desc" ? "↓" : "↑"}
      </button>
    </>
  );
}
