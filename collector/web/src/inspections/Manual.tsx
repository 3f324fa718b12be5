// What a person looks at: filled in where the record lies, read elsewhere. Never mixed with what a box measured.
import { useState } from "react";
import { ApiProblem, put } from "../api/fetch";
import type { RecordItem, RunRecord } from "../api/names";
import { client } from "../api/queries";
import { OPERATOR } from "../roll_call/form";
import { PhoneLink } from "../roll_call/PhoneLink";
import { keep, recall } from "../state/kept";
import { State } from "../state/Mark";
import { useBusy } from "../state/use_busy";
import { Age } from "../time/Age";
import { useWords } from "../words/words";
import { Handle } from "./Handle";
import { RESULT_MARK } from "./look";
import { changesOf, type Draft, type Drafts, draftOf, SAID, unfilled, type Word } from "./manual";
import { Said } from "./Said";
import { Source } from "./Source";

const DEADLINE_MS = 15_000;

interface ManualProps {
  id: string;
  record: RunRecord;
  items: readonly RecordItem[];
}

export function Manual({ id, record, items }: ManualProps) {
  const { t, n } = useWords();
  const [drafts, setDrafts] = useState<Drafts | null>(null);
  if (items.length === 0) return null;
  const editable = record.venue.review.state === "filling" || record.venue.review.state === "returned";
  const left = unfilled(items).length;
  return (
    <section className="run-manual" data-testid="manual">
      <h4>
        {t("inspect.manual")} <Source of="manual" />{" "}
        <small className={left > 0 ? "is-degraded" : "soft"}>
          {left > 0 ? t("inspect.manual.left", { n: n(left) }) : t("inspect.manual.all")}
        </small>
        <span className="grow" />
        {editable && drafts === null && (
          <button
            type="button"
            className="plain"
            data-testid="manual-edit"
            onClick={() => setDrafts(Object.fromEntries(items.map((item) => [item.key, draftOf(item)])))}
          >
            {t("inspect.manual.edit")}
          </button>
        )}
      </h4>
      {editable && drafts === null && (
        <PhoneLink
          path={`/inspections/runs/${id}/venues/${encodeURIComponent(record.venue.venue)}/link`}
          label={t("inspect.link")}
          what={t("inspect.link.what")}
          none={t("inspect.link.failed")}
        />
      )}
      {drafts === null ? (
        <ul>
          {items.map((item) => (
            <Filled key={item.key} id={id} record={record} item={item} />
          ))}
        </ul>
      ) : (
        <Form id={id} record={record} items={items} drafts={drafts} set={setDrafts} />
      )}
    </section>
  );
}

function Filled({ id, record, item }: { id: string; record: RunRecord; item: RecordItem }) {
  const { t } = useWords();
  return (
    <li data-testid={`manual-${item.key}`} data-state={item.now.result}>
      <span className="run-manual-name">
        <b data-name="">{item.title}</b>
        {item.standard && (
          <small className="soft" data-name="">
            {item.standard}
          </small>
        )}
      </span>
      <State of={RESULT_MARK[item.now.result]} word={t(`inspect.item.state.${item.now.result}`)} />
      <small className="soft">
        {item.now.value && <span data-name="">{item.now.value} </span>}
        {item.note && <span data-name="">{item.note} </span>}
        {item.now.person && <span data-name="">{item.now.person} </span>}
        {item.now.at_ms > 0 && <Age at={item.now.at_ms} />}
      </small>
      <Handle id={id} record={record} item={item} />
    </li>
  );
}

interface FormProps extends ManualProps {
  drafts: Drafts;
  set: (drafts: Drafts | null) => void;
}

function Form({ id, record, items, drafts, set }: FormProps) {
  const { t, n } = useWords();
  const [person, setPerson] = useState(recall(OPERATOR) ?? "");
  const [telephone, setTelephone] = useState("");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, run] = useBusy();
  const changes = changesOf(items, drafts);
  const change = (item: string, some: Partial<Draft>) => {
    const was = drafts[item];
    if (was) set({ ...drafts, [item]: { ...was, ...some } });
  };
  const save = async () => {
    setProblem(null);
    keep(OPERATOR, person.trim());
    try {
      await put(
        `/inspections/runs/${id}/venues/${record.venue.venue}/manual`,
        { person: person.trim(), telephone: telephone.trim(), items: changes, remark: "" },
        DEADLINE_MS,
      );
      set(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    void client.invalidateQueries({ queryKey: ["inspections"] });
  };
  const ready = changes.length > 0 && person.trim() !== "";
  return (
    <form
      data-testid="manual-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) run(save);
      }}
    >
      {items.map((item) => {
        const draft = drafts[item.key] ?? draftOf(item);
        return (
          <div key={item.key} className="run-manual-row">
            <span className="run-manual-name">
              <b data-name="">{item.title}</b>
              {item.standard && (
                <small className="soft" data-name="">
                  {item.standard}
                </small>
              )}
            </span>
            <select
              value={draft.result}
              aria-label={`${item.title} ${t("inspect.item.result")}`}
              data-name=""
              data-testid={`say-${item.key}`}
              onChange={(event) => change(item.key, { result: event.target.value as Word })}
            >
              <option value="" disabled>
                {t("inspect.manual.choose")}
              </option>
              {SAID.map((one) => (
                <option key={one} value={one}>
                  {t(`inspect.item.state.${one}`)}
                </option>
              ))}
            </select>
            <input
              value={draft.value}
              maxLength={128}
              aria-label={`${item.title} ${t("inspect.item.value")}`}
              data-name=""
              placeholder={t("inspect.item.value")}
              onChange={(event) => change(item.key, { value: event.target.value })}
            />
            <input
              value={draft.note}
              maxLength={500}
              aria-label={`${item.title} ${t("inspect.note")}`}
              data-name=""
              placeholder={t("inspect.note")}
              onChange={(event) => change(item.key, { note: event.target.value })}
            />
          </div>
        );
      })}
      <div className="run-manual-who">
        <input
          value={person}
          maxLength={64}
          aria-label={t("inspect.manual.person")}
          placeholder={t("inspect.manual.person")}
          data-testid="manual-person"
          onChange={(event) => setPerson(event.target.value)}
        />
        <input
          value={telephone}
          maxLength={64}
          aria-label={t("owed.telephone")}
          placeholder={t("owed.telephone")}
          onChange={(event) => setTelephone(event.target.value)}
        />
        <button type="submit" className="plain is-first" disabled={!ready || busy} data-testid="manual-save">
          {t("inspect.manual.save", { n: n(changes.length) })}
        </button>
        <button type="button" className="plain" onClick={() => set(null)}>
          {t("pad.cancel")}
        </button>
      </div>
      {problem && <Said problem={problem} />}
    </form>
  );
}
