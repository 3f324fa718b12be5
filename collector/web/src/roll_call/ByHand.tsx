// What the operator records: somebody answered himself, by telephone or over the backup; or the venue need not answer.
import { useState } from "react";
import { ApiProblem, send } from "../api/fetch";
import type { RollCallEntry, RollCallItem, RollCallMode, RollCallWord } from "../api/names";
import { keep, recall } from "../state/kept";
import { useWords } from "../words/words";
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
      const whom =
        entry.venue === null
          ? `units/${encodeURIComponent(entry.unit_id ?? "")}`
          : `venues/${encodeURIComponent(entry.venue)}`;
      const path = `/roll-calls/${call.id}/${whom}`;
      await send("PUT", path, { ...word, operator: operator.trim() }, DEADLINE_MS);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
    setBusy(false);
    done();
  };
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
      {entry.person === null && <Answer busy={busy || operator.trim() === ""} say={say} />}
      <Excuse entry={entry} busy={busy || operator.trim() === ""} say={say} />
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

function Excuse({ entry, busy, say }: { entry: RollCallEntry; busy: boolean; say: Say }) {
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
        {t("call.excuse.go")}
      </button>
    </form>
  );
}
