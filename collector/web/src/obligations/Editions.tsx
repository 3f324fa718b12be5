// What of a joint test was corrected: what waits for both ends, and what stood there before.
import type { JointTest } from "../api/names";
import { Mark } from "../state/Mark";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { SheetTold } from "./SheetFields";
import { EndOf, type Save } from "./TestsDialog";

type Edition = JointTest["earlier"][number];

export function Pending({ test, save }: { test: JointTest; save: Save }) {
  const { t } = useWords();
  const { correction } = test;
  if (!correction) return null;
  return (
    <div className="owed-edition" data-testid="correction">
      <p>
        <Mark of="degraded" /> <b>{t("owed.correction", { n: correction.edition })}</b>{" "}
        <small className="soft">{t("owed.correction.what")}</small>
      </p>
      <Told edition={correction} of={test} />
      <EndOf test={test} of={correction} end="near" save={save} />
      <EndOf test={test} of={correction} end="far" save={save} />
    </div>
  );
}

export function Earlier({ test }: { test: JointTest }) {
  const { t, n } = useWords();
  if (test.earlier.length === 0) return null;
  return (
    <details data-testid="earlier">
      <summary>{t("owed.editions", { n: n(test.earlier.length) })}</summary>
      {test.earlier.map((edition) => (
        <div key={edition.edition} className="owed-edition">
          <b>{t("owed.edition", { n: edition.edition })}</b>{" "}
          <span className="soft">
            {t("owed.edition.until", {
              time: edition.until_ms === null ? "" : timestamp(edition.until_ms).slice(0, 16),
            })}
          </span>
          <Told edition={edition} of={test} />
          <p className="soft">
            {(["near", "far"] as const).map((end) => (
              <span key={end}>
                {t(`owed.${end}`)} <span data-name="">{edition[end]?.person ?? "—"}</span>{" "}
              </span>
            ))}
          </p>
        </div>
      ))}
    </details>
  );
}

function Told({ edition, of }: { edition: Edition; of: JointTest }) {
  const { t } = useWords();
  return (
    <>
      <p>
        {t(`owed.kind.${edition.kind}`)} <span className="num">{timestamp(edition.at_ms).slice(0, 16)}</span>{" "}
        <span data-name="">{edition.note}</span>
      </p>
      {edition.sheet && <SheetTold sheet={edition.sheet} subject={of.subject} />}
      {edition.changed && <ChangedBy by={edition.changed} />}
    </>
  );
}

export function ChangedBy({ by }: { by: NonNullable<JointTest["changed"]> }) {
  const { t } = useWords();
  return (
    <p className="soft" data-testid="changed-by">
      {t("owed.changed")} <span data-name="">{by.person}</span>{" "}
      <span className="num">{timestamp(by.at_ms).slice(0, 16)}</span> <span data-name="">{by.reason}</span>
    </p>
  );
}
