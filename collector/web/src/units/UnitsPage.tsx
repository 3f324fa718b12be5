// Who takes part in conferences: the register of units, found by name, contact or room; imported as a file that is tried first.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { API } from "../api/fetch";
import { PROVINCE, unitsQuery } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Freshness, Panel } from "../panels/Panel";
import { SearchField } from "../panels/SearchField";
import { useSearch } from "../state/use_search";
import { Age } from "../time/Age";
import { useWords } from "../words/words";
import { ImportDialog } from "./ImportDialog";
import { UnitDetail } from "./UnitDetail";
import { UnitList } from "./UnitList";
import { readUnits, UNIT_KINDS } from "./units";
import "../style/venues.css";
import "../style/call.css";
import "../style/units.css";

export function UnitsPage() {
  const { t, n } = useWords();
  const [parameters, change] = useSearch();
  const { q, kind, unit } = readUnits(parameters);
  useFollow(PROVINCE);
  const [importing, setImporting] = useState(false);
  const select = useCallback((code: string) => change({ unit: code }), [change]);
  const { data, error, refetch } = useQuery({ ...unitsQuery({ q, kind }, 0), placeholderData: keepPreviousData });
  const bare = data?.total === 0 && q === "" && kind === "";
  return (
    <div className="units" data-testid="units" data-ready={data ? "units" : undefined}>
      <header className="venues-bar">
        <h1>{t("units.title")}</h1>
        <SearchField
          q={q}
          ask={(text) => change({ q: text, unit: "" })}
          label={t("units.search")}
          testid="units-search"
          className="units-search"
          leaves
        />
        <div className="chips" role="group" aria-label={t("units.kind")}>
          {UNIT_KINDS.map((one) => (
            <button
              key={one}
              type="button"
              className="plain"
              aria-pressed={kind === one}
              data-testid={`kind-${one}`}
              onClick={() => change({ kind: kind === one ? "" : one, unit: "" })}
            >
              {t(`units.kind.${one}`)}
            </button>
          ))}
        </div>
        {data && (
          <span className="num" data-testid="units-total">
            {t("units.count", { n: n(data.total) })}
          </span>
        )}
        <span className="grow" />
        {data?.changed_ms != null && (
          <small className="soft">
            {t("units.changed")} <Age at={data.changed_ms} />
          </small>
        )}
        {data && <Freshness at={data.now_ms} />}
        <a className="plain" href={`${API}/units/export`} download data-testid="units-export">
          {t("units.export")}
        </a>
        <button type="button" className="plain" data-testid="units-import" onClick={() => setImporting(true)}>
          {t("units.import")}
        </button>
      </header>
      {error && !data ? (
        <Failed error={error} retry={refetch} />
      ) : !data ? (
        <Loading />
      ) : bare ? (
        <Notice title={t("units.bare")} next={t("units.bare.next")} testid="units-bare">
          <button type="button" className="plain is-first" onClick={() => setImporting(true)}>
            {t("units.import")}
          </button>
        </Notice>
      ) : (
        <div className="units-body">
          {data.total === 0 ? (
            <Notice title={t("units.none")} next={t("units.none.next")}>
              <button type="button" className="plain" onClick={() => change({ q: "", kind: "" })}>
                {t("units.clear")}
              </button>
            </Notice>
          ) : (
            <UnitList
              key={`${q} ${kind} ${data.revision}`}
              question={{ q, kind }}
              total={data.total}
              selected={unit}
              select={select}
            />
          )}
          <Panel title={t("units.detail")} note={unit ? t("call.detail.keys") : undefined} className="units-side">
            {unit ? (
              <UnitDetail code={unit} select={select} />
            ) : (
              <Notice title={t("units.detail.none")} next={t("units.detail.none.next")} />
            )}
          </Panel>
        </div>
      )}
      {importing && <ImportDialog close={() => setImporting(false)} />}
    </div>
  );
}
