// Who answered the caller, when and in which way; how the call is ended; and that it was none.
import { useRef, useState } from "react";
import type { RollCallMode } from "../api/names";
import { Twice } from "../panels/Twice";
import { seconds } from "../roll_call/countdown";
import { OPERATOR } from "../roll_call/form";
import { recall } from "../state/kept";
import { useWords } from "../words/words";
import { useCallKeys } from "./keys";
import type { InboundItem, Say } from "./shapes";
import { isOpen } from "./told";

const WAYS = ["person", "backup", "telephone"] as const satisfies readonly RollCallMode[];

export function Answer({ call, say }: { call: InboundItem; say: Say }) {
  const { t } = useWords();
  const [person, setPerson] = useState(() => recall(OPERATOR) ?? "");
  const field = useRef<HTMLInputElement>(null);
  const answered = call.answer !== null && call.answer.how !== "auto";
  const named = person.trim() !== "";
  useCallKeys({
    a: () => field.current?.focus(),
    e: () => isOpen(call) && call.answer !== null && say({ word: "close" }),
  });
  return (
    <div className="inbound-reply">
      {call.answer && (
        <div className="call-said" data-testid="inbound-answered">
          <b>{t(`call.mode.${call.answer.how}`)}</b>
          <p>
            <b data-name="">{call.answer.person || "—"}</b>{" "}
            <span className="num">{t("call.detail.after", { s: seconds(call.answer.after_ms) })}</span>
          </p>
          <p className="soft">
            {call.answer.ready === null ? t("inbound.answered.unready") : t(`inbound.answered.${call.answer.ready}`)}
          </p>
        </div>
      )}
      {isOpen(call) && !answered && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (named) say({ word: "answered", how: "person", person: person.trim() });
          }}
        >
          <label className="call-field">
            <span>
              {t("call.hand.person")} <kbd>a</kbd>
            </span>
            <input
              ref={field}
              value={person}
              maxLength={64}
              placeholder={t("call.operator.hint")}
              data-testid="inbound-person"
              onChange={(event) => setPerson(event.target.value)}
            />
          </label>
          <div className="inbound-ways">
            {WAYS.map((how) => (
              <button
                key={how}
                type={how === "person" ? "submit" : "button"}
                className={how === "person" ? "plain is-first is-large" : "plain is-large"}
                disabled={!named}
                data-testid={`answered-${how}`}
                onClick={how === "person" ? undefined : () => say({ word: "answered", how, person: person.trim() })}
              >
                {t(`inbound.answered.go.${how}`)}
              </button>
            ))}
          </div>
          <p className="soft">{t("inbound.script")}</p>
        </form>
      )}
      {isOpen(call) && (
        <div className="inbound-end">
          {call.answer ? (
            <button
              type="button"
              className="plain is-first"
              data-testid="inbound-close"
              onClick={() => say({ word: "close" })}
            >
              {t("inbound.close")} <kbd>e</kbd>
            </button>
          ) : (
            // What nobody answered is in the record for good: that is asked first.
            <Twice word={t("inbound.close.missed")} testid="inbound-close" what={() => say({ word: "close" })} />
          )}
          <Drop say={say} person={person} />
        </div>
      )}
      {call.dropped_by !== null && (
        <p className="call-said">
          <b>{t("inbound.state.dropped")}</b> <span data-name="">{call.dropped_by}</span>{" "}
          <span data-name="">{call.dropped_why}</span>
        </p>
      )}
    </div>
  );
}

function Drop({ say, person }: { say: Say; person: string }) {
  const { t } = useWords();
  const [reason, setReason] = useState("");
  return (
    <form
      className="inbound-drop"
      onSubmit={(event) => {
        event.preventDefault();
        say({ word: "drop", person: person.trim(), reason: reason.trim() });
      }}
    >
      <input
        value={reason}
        maxLength={128}
        aria-label={t("inbound.drop.why")}
        placeholder={t("inbound.drop.why")}
        data-testid="inbound-drop-why"
        onChange={(event) => setReason(event.target.value)}
      />
      <button
        type="submit"
        className="plain"
        disabled={reason.trim() === "" || person.trim() === ""}
        data-testid="inbound-drop"
      >
        {t("inbound.drop")}
      </button>
    </form>
  );
}
