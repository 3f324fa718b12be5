// Chooses the other venue, says what will be heard in both rooms, and begins.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useDeferredValue, useState } from "react";
import { post } from "../api/fetch";
import type { MouthToEarRun, VenueRow } from "../api/names";
import { venuesQuery } from "../api/queries";
import { standing } from "../state/classes";
import { State } from "../state/Mark";
import { useWords } from "../words/words";

const DEADLINE_MS = 15_000;
const SHOWN = 8;

interface WithWhomProps {
  venue: VenueRow;
  close: () => void;
  began: () => void;
}

export function WithWhom({ venue, close, began }: WithWhomProps) {
  const { t, refusal } = useWords();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<VenueRow | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const q = useDeferredValue(text.trim());
  const filter = { place: "", class: "", q, sort: "", order: "", backup: "", backup_kind: "" };
  const { data } = useQuery({ ...venuesQuery(filter, 0), enabled: q !== "" });
  const rows = (q === "" ? [] : (data?.items ?? [])).filter((row) => row.id !== venue.id).slice(0, SHOWN);
  const go = async () => {
    if (!chosen || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const order = { first: venue.id, second: chosen.id, confirmed: true };
      await post<MouthToEarRun>("/mouth-to-ear", order, DEADLINE_MS);
      began();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      centered
      width={560}
      title={t("across.with")}
      okText={t("across.go")}
      cancelText={t("pad.cancel")}
      okButtonProps={{ "data-testid": "across-go", disabled: chosen === null, loading: busy }}
      cancelButtonProps={{ autoInsertSpace: false }}
      onOk={go}
      onCancel={close}
    >
      <div className="across-with" data-testid="across-with">
        <input
          type="search"
          // biome-ignore lint/a11y/noAutofocus: the dialog is for typing this
          autoFocus
          aria-label={t("across.search")}
          placeholder={t("across.search")}
          data-testid="across-search"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(null);
          }}
        />
        <ul>
          {rows.map((row) => (
            <li key={row.id}>
              <button
                type="button"
                className="plain"
                aria-pressed={chosen?.id === row.id}
                data-testid={`with-${row.id}`}
                onClick={() => setChosen(row)}
              >
                <State of={standing(row)} />
                <span data-name="">{row.name}</span>
                <span className="soft num">{row.id}</span>
              </button>
            </li>
          ))}
        </ul>
        {q !== "" && data && rows.length === 0 && <p className="soft">{t("across.nobody")}</p>}
        <p>{t("across.happens", { first: venue.name, second: chosen?.name ?? t("across.other") })}</p>
        <p className="soft">{t("across.interlock")}</p>
        {problem !== null && (
          <p className="pad-warn" role="alert">
            {refusal(problem) ?? t("across.problem.0")}
          </p>
        )}
      </div>
    </Modal>
  );
}
