// A run of two venues that went well proposes a joint test; persons at both ends confirm it, else it does not count.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { post } from "../api/fetch";
import type { JointTest, MouthToEarRun } from "../api/names";
import { KINDS } from "../obligations/board";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";

const DEADLINE_MS = 15_000;

export function Propose({ run, of }: { run: MouthToEarRun; of: string }) {
  const { t, refusal } = useWords();
  const client = useQueryClient();
  const [kind, setKind] = useState<JointTest["kind"]>("yearly");
  const [failed, setFailed] = useState<unknown>(null);
  const own = run.joint_tests.find((test) => test.subject === of);
  if (own) {
    const year = timestamp(run.at_ms).slice(0, 4);
    return (
      <p className="across-proposal" data-testid="across-proposed">
        {t(own.counts ? "across.proposed.counts" : "across.proposed")}{" "}
        <Link to={`/inspections/obligations?of=venue&year=${year}&q=${of}`}>{t("across.proposed.open")}</Link>
      </p>
    );
  }
  if (!run.proposes) return null;
  const propose = async () => {
    setFailed(null);
    try {
      await post("/joint-tests", { subject: of, kind, run: run.number }, DEADLINE_MS);
    } catch (error) {
      setFailed(error);
    } finally {
      void client.invalidateQueries({ queryKey: ["mouth-to-ear", of] });
      void client.invalidateQueries({ queryKey: ["joint-tests"] });
      void client.invalidateQueries({ queryKey: ["obligations"] });
    }
  };
  return (
    <p className="across-proposal" data-testid="across-propose">
      <select
        value={kind}
        aria-label={t("owed.add.kind")}
        onChange={(event) => setKind(event.target.value as JointTest["kind"])}
      >
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {t(`owed.kind.${one}`)}
          </option>
        ))}
      </select>{" "}
      <button type="button" className="plain" data-testid="across-propose-go" onClick={propose}>
        {t("across.propose")}
      </button>{" "}
      <small className="soft">{t("across.propose.what")}</small>
      {failed !== null && (
        <small role="alert" className="is-fail">
          {" "}
          {refusal(failed) ?? t("owed.problem.other")}
        </small>
      )}
    </p>
  );
}
