// What is owed how often, and from when it counts.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { put } from "../api/fetch";
import type { ObligationRules } from "../api/names";
import { obligationRulesQuery } from "../api/queries";
import { useBusy } from "../state/use_busy";
import { useWords } from "../words/words";
import { everyOf } from "./Board";

const DEADLINE_MS = 15_000;
const MONTHS = [1, 2, 3, 4, 6, 12];

export function RulesDialog({ close }: { close: () => void }) {
  const { data } = useQuery(obligationRulesQuery);
  return data ? <Rules rules={data} close={close} /> : null;
}

function Rules({ rules, close }: { rules: ObligationRules; close: () => void }) {
  const { t, refusal } = useWords();
  const client = useQueryClient();
  const [wanted, setWanted] = useState(rules);
  const [failed, setFailed] = useState<unknown>(null);
  const [busy, run] = useBusy();
  const save = async () => {
    setFailed(null);
    try {
      await put<ObligationRules>("/obligations/rules", wanted, DEADLINE_MS);
      await client.invalidateQueries({ queryKey: ["obligations"] });
      close();
    } catch (error) {
      setFailed(error);
    }
  };
  return (
    <Modal
      open
      centered
      width={460}
      title={t("owed.rules.title")}
      okText={t("owed.rules.save")}
      cancelText={t("pad.cancel")}
      okButtonProps={{ "data-testid": "rules-save" }}
      cancelButtonProps={{ autoInsertSpace: false }}
      confirmLoading={busy}
      onOk={() => run(save)}
      onCancel={close}
    >
      <div className="owed-rules" data-testid="owed-rules-form">
        {(["county_months", "venue_months"] as const).map((of) => (
          <label key={of}>
            {t(of === "county_months" ? "owed.rules.county" : "owed.rules.venue")}
            <select
              value={wanted[of] ?? ""}
              data-testid={`rules-${of}`}
              onChange={(event) =>
                setWanted({ ...wanted, [of]: event.target.value ? Number(event.target.value) : null })
              }
            >
              {MONTHS.map((n) => (
                <option key={n} value={n}>
                  {everyOf(t, n)}
                </option>
              ))}
              <option value="">{t("owed.rules.never")}</option>
            </select>
          </label>
        ))}
        <label>
          {t("owed.rules.since")}
          <input
            type="month"
            value={wanted.since ?? ""}
            data-testid="rules-since"
            onChange={(event) => setWanted({ ...wanted, since: event.target.value || null })}
          />
        </label>
        <p className="soft">{t("owed.rules.since.next")}</p>
        {failed !== null && (
          <p role="alert" className="is-fail">
            {refusal(failed) ?? t("owed.problem.other")}
          </p>
        )}
      </div>
    </Modal>
  );
}
