import { memo } from "react";
import { Link } from "react-router";
import type { VenueRow } from "../api/names";
import { BackupStanding } from "../state/BackupStanding";
import { standing } from "../state/classes";
import { State } from "../state/Mark";
import { Age, Dash, Since } from "../time/Age";
import { useWords } from "../words/words";
import { Telephone } from "./Telephone";

export const ROW_HEIGHT = 40;

/** The most urgent state of the venue's backups, and when all of them were last seen to work. */
function Proven({ row }: { row: VenueRow }) {
  const { t } = useWords();
  if (row.backup_state === null) return <Dash why={t("backup.none")} />;
  return (
    <span className="backup-cell" data-testid={`proven-${row.id}`} data-state={row.backup_state}>
      <BackupStanding of={row.backup_state} />
      {row.backup_proven_ms !== null && <Age at={row.backup_proven_ms} />}
    </span>
  );
}

interface RowProps {
  index: number;
  row: VenueRow | undefined;
  selected: boolean;
  open: (id: string) => void;
}

export const Row = memo(function Row({ index, row, selected, open }: RowProps) {
  const { t, finding, why } = useWords();
  const style = { transform: `translateY(${index * ROW_HEIGHT}px)` };
  if (!row) return <div className="venue-row is-waiting" style={style} aria-busy="true" />;
  const stands = standing(row);
  const reason = stands === "pass" ? null : finding(row.finding, stands).cause;
  const detail = why(row.why);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles j, k and Enter; the name is a link
    <div
      className={selected ? "venue-row is-selected" : "venue-row"}
      style={style}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      aria-selected={selected}
      data-testid={`venue-${row.id}`}
      data-class={stands}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest("a, button")) open(row.id);
      }}
    >
      <State of={stands} />
      <Link to={`/venues/${row.id}`} className="venue-name" title={row.id}>
        <span data-name="">{row.name}</span>
        {!row.two_way && <small className="tag">{t("venues.oneway")}</small>}
      </Link>
      <span className="venue-place soft" title={row.place_name} data-name="">
        {row.place_name}
      </span>
      <span className="cut" title={[reason, detail].filter(Boolean).join("：")} data-name={detail ? "" : undefined}>
        {reason ?? <span className="soft">—</span>}
        {detail && <small className="soft"> {detail}</small>}
      </span>
      <span>
        {row.since_ms != null && stands !== "pass" ? <Since at={row.since_ms} /> : <span className="soft">—</span>}
      </span>
      <span>
        <Age at={row.last_ms} />
      </span>
      <Proven row={row} />
      <span className="cut" data-name={row.contact != null ? "" : undefined}>
        {row.contact ?? <Dash why={t("missing.unset")} />}
      </span>
      <Telephone telephone={row.telephone ?? null} />
    </div>
  );
});
