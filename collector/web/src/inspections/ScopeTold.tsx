// Whom a plan or a run tests: the first by name, of the others how many.
import type { Work } from "../api/names";
import { PROVINCE } from "../api/queries";
import { useNames } from "../state/use_names";
import { useWords } from "../words/words";
import { levelOf } from "./look";

const NAMED = 2;

export function ScopeTold({ work }: { work: Work }) {
  const { t, n } = useWords();
  const all = work.places.length === 1 && work.places[0] === PROVINCE;
  const codes = all ? [] : [...work.places, ...work.venues, ...work.units];
  const shown = codes.slice(0, NAMED);
  const units = shown.filter((code) => work.units.includes(code));
  const named = useNames(
    shown.filter((code) => !units.includes(code)),
    units,
  );
  const more = codes.length - shown.length;
  return (
    <>
      {all ? t("call.scope.province") : <span data-name="">{shown.map(named).join(t("backups.and"))}</span>}
      {more > 0 && ` ${t("call.schedules.more", { n: n(more) })}`}
      {work.levels !== undefined &&
        work.levels.length > 0 &&
        ` ${t("plan.scope.levels", { levels: work.levels.map((level) => t(`level.${levelOf(level)}`)).join(t("backups.and")) })}`}
      {work.except.length > 0 && ` ${t("plan.scope.except", { n: n(work.except.length) })}`}
    </>
  );
}
