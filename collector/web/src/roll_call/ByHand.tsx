// What the operator records: somebody answered himself, by telephone or over the backup; or the venue need not answer.
import { useState } from "react";
import { ApiProblem, send } from "../api/fetch";
import type { RollCallEntry, RollCallItem, RollCallMode, RollCallWord } from "../api/names";
import { keep, recall } from "../state/kept";
import { now } from "../time/clock";
import { useWords } from "../words/words";
import { wayOf } from "./book";
import { OPERATOR } from "./form";
import { Said } from "./Problem";

const DEADLINE_MS = 15_000;
const MODES = ["person", "telephone", "backup"] as const satisfies readonly RollCallMode[];

interface ByHandProps {
  call: RollCallItem;
  entry: RollCallEntry;
  done: () => void;
}

export function ByHand({ call, entry, done }: ByHandProps) {
  const { t } = useWords();
  const [operator, setOperator] = useState(() => recall(OPERATOR) ?? "");
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const say = async (word: RollCallWord) => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    keep(OPERATOR, operator.trim());
    try {
      await send("PUT", `/roll-calls/${call.id}/${wayOf(entry)}`, { ...word, operator: operator.trim() }, DEADLINE_MS);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setBusy(false);
    done();
  };
  const nobody = busy || operator.trim() === "";
  return (
    <div className="call-hand" data-testid="call-hand">
      {operator.trim() === "" && <p className="soft">{t("call.hand.operator")}</p>}
      <label className="call-field">
        <span>{t("call.operator")}</span>
        <input
          value={operator}
          maxLength={64}
          placeholder={t("call.operator.hint")}
          data-testid="hand-operator"
          onChange={(event) => setOperator(event.target.value)}
        />
      </label>
      {call.ended_ms !== null && <p className="soft">{t("call.hand.afterwards")}</p>}
      {entry.person === null ? (
        <Answer busy={nobody} say={say} />
      ) : (
        <details data-testid="hand-correct">
          <summary>{t("call.hand.correct")}</summary>
          <p className="soft">{t("call.hand.correct.what")}</p>
          <Answer busy={nobody} say={say} />
          <TakeBack busy={nobody} say={say} />
        </details>
      )}
      <Excuse entry={entry} busy={nobody} late={call.ended_ms !== null || now() > call.until_ms} say={say} />
      {problem && <Said problem={problem} of="word" />}
    </div>
  );
}

type Say = (word: RollCallWord) => void;

function Answer({ busy, say }: { busy: boolean; say: Say }) {
  const { t } = useWords();
  const [mode, setMode] = useState<(typeof MODES)[number]>("telephone");
  const [person, setPerson] = useState("");
  const [note, setNote] = useState("");
  const [picture, setPicture] = useState<boolean | null>(null);
  const [sound, setSound] = useState<boolean | null>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        say({ mode, person: person.trim(), note: note.trim(), picture, sound });
      }}
    >
      <h4>{t("call.hand")}</h4>
      <div className="call-field">
        <span>{t("call.hand.mode")}</span>
        <fieldset className="switch" aria-label={t("call.hand.mode")}>
          {MODES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={mode === one}
              data-testid={`hand-by-${one}`}
              onClick={() => setMode(one)}
            >
              {t(`call.mode.choose.${one}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <label className="call-field">
        <span>{t("call.hand.person")}</span>
        <input
          value={person}
          maxLength={64}
          data-testid="hand-person"
          onChange={(event) => setPerson(event.target.value)}
        />
      </label>
      <Tick word="picture" is={picture} set={setPicture} />
      <Tick word="sound" is={sound} set={setSound} />
      <label className="call-field">
        <span>{t("call.hand.note")}</span>
        <input value={note} maxLength={200} data-testid="hand-note" onChange={(event) => setNote(event.target.value)} />
      </label>
      <button type="submit" className="plain is-first" data-testid="hand-go" disabled={busy || person.trim() === ""}>
        {t("call.hand.go")}
      </button>
    </form>
  );
}

interface TickProps {
  word: "picture" | "sound";
  is: boolean | null;
  set: (good: boolean | null) => void;
}

/** Seen or heard well, badly, or nobody said. */
function Tick({ word, is, set }: TickProps) {
  const { t } = useWords();
  return (
    <div className="call-field">
      <span>{t(`call.hand.${word}`)}</span>
      <fieldset className="switch" aria-label={t(`call.hand.${word}`)}>
        {([true, false, null] as const).map((good) => {
          const said = good === null ? "unsaid" : good ? "good" : "bad";
          return (
            <button
              key={said}
              type="button"
              aria-pressed={is === good}
              data-testid={`hand-${word}-${said}`}
              onClick={() => set(good)}
            >
              {t(`call.hand.${said}`)}
            </button>
          );
        })}
      </fieldset>
    </div>
  );
}

/** The answer that was recorded is none. */
function TakeBack({ busy, say }: { busy: boolean; say: Say }) {
  const { t } = useWords();
  const [why, setWhy] = useState("");
  return (
    <form
      className="call-excuse"
      onSubmit={(event) => {
        event.preventDefault();
        say({ unanswered: why.trim() });
      }}
    >
      <input
        value={why}
        maxLength={128}
        aria-label={t("call.hand.back.why")}
        placeholder={t("call.hand.back.why")}
        data-testid="back-why"
        onChange={(event) => setWhy(event.target.value)}
      />
      <button type="submit" className="plain" data-testid="back-go" disabled={busy || why.trim() === ""}>
        {t("call.hand.back")}
      </button>
    </form>
  );
}

interface ExcuseProps {
  entry: RollCallEntry;
  busy: boolean;
  /** It is too late to be left out of the rate. */
  late: boolean;
  say: Say;
}

function Excuse({ entry, busy, late, say }: ExcuseProps) {
  const { t } = useWords();
  const [why, setWhy] = useState("");
  if (entry.excuse !== null) {
    return (
      <button
        type="button"
        className="plain"
        data-testid="excuse-undo"
        disabled={busy}
        onClick={() => say({ excuse: "" })}
      >
        {t("call.excuse.undo")}
      </button>
    );
  }
  return (
    <form
      className="call-excuse"
      onSubmit={(event) => {
        event.preventDefault();
        say({ excuse: why.trim() });
      }}
    >
      <input
        value={why}
        maxLength={128}
        aria-label={t("call.excuse.why")}
        placeholder={t("call.excuse.why")}
        data-testid="excuse-why"
        onChange={(event) => setWhy(event.target.value)}
      />
      <button type="submit" className="plain" data-testid="excuse-go" disabled={busy || why.trim() === ""}>
        {t(late ? "call.excuse.late" : "call.excuse.go")}
      </button>
      {late && <small className="soft">{t("call.excuse.late.what")}</small>}
    </form>
  );
}
