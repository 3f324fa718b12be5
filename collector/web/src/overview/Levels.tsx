// The children of a place in figures. The rows and the place's own venues add up to the total.
import { memo, useMemo } from "react";
import { useNavigate } from "react-router";
import type { Counts, PlaceAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { CLASSES, PROBLEM_CLASSES, remainder } from "../state/classes";
import { Mark } from "../state/Mark";
import { useWords } from "../words/words";
import { ClassBar } from "./ClassBar";
import { placeLink } from "./Readiness";

export function Levels({ answer }: { answer: PlaceAnswer }) {
  const { t, n } = useWords();
  const { place, children, counts } = answer;
  const own = useMemo(
    () =>
      remainder(
        counts,
        children.map((c) => c.counts),
      ),
    [counts, children],
  );
  const below = children[0]?.level;
  return (
    <Panel
      title={below ? `${t("levels.title")} · ${t(`level.${below}`)}` : t("levels.title")}
      note={<span className="num">{n(children.length)}</span>}
      now_ms={answer.now_ms}
      live
      className="levels"
      testid="levels"
    >
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">{t("levels.place")}</th>
            <th scope="col" className="figures is-ready">
              {t("levels.ready")}
            </th>
            {PROBLEM_CLASSES.map((c) => (
              <th key={c} scope="col" className="figures">
                <span className={`head is-${c}`}>
                  <Mark of={c} />
                  {t(`class.${c}`)}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {children.map((child) => (
            <Row
              key={child.code}
              code={child.code}
              name={child.name}
              counts={child.counts}
              excluded={child.excluded ?? null}
              to={child.level === "village" ? `/venues?place=${child.code}` : placeLink(child.code)}
            />
          ))}
          {own.venues !== 0 && (
            <Row
              code={`${place.code}-own`}
              name={place.name}
              own
              counts={own}
              excluded={null}
              to={`/venues?place=${place.code}&sort=code`}
            />
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("levels.total")}</th>
            <Figures counts={counts} />
          </tr>
        </tfoot>
      </table>
    </Panel>
  );
}

interface RowProps {
  code: string;
  name: string;
  counts: Counts;
  excluded: string | null;
  to: string;
  own?: boolean;
}

const Row = memo(function Row({ code, name, counts, excluded, to, own }: RowProps) {
  const { t } = useWords();
  const navigate = useNavigate();
  const [before, after] = t("levels.own", { place: "\u0000" }).split("\u0000");
  return (
    <tr
      data-testid={`level-${code}`}
      tabIndex={0}
      onClick={() => navigate(to)}
      onKeyDown={(event) => {
        if (event.key === "Enter") navigate(to);
      }}
    >
      <th scope="row">
        <span className="level-name">
          {own && before}
          <span data-name="">{name}</span>
          {own && after}
          {excluded !== null && <small>{t("levels.excluded", { why: excluded })}</small>}
        </span>
        <ClassBar counts={counts} />
      </th>
      <Figures counts={counts} />
    </tr>
  );
});

function Figures({ counts }: { counts: Counts }) {
  const { n } = useWords();
  return (
    <>
      <td className="figures num">
        <b>{n(counts.pass)}</b>
        <span className="soft"> / {n(counts.venues)}</span>
      </td>
      {CLASSES.filter((c) => c !== "pass").map((c) => (
        <td key={c} className={`figures num ${counts[c] > 0 ? `is-${c}` : "is-zero"}`} data-class={c}>
          {n(counts[c])}
        </td>
      ))}
    </>
  );
}
