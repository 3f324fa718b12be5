// 重保: which responses are in force, what they change, what is frozen and who has approved an exception.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import type { AssuranceAnswer, AssuranceResponse } from "../api/names";
import { assuranceQuery, PROVINCE } from "../api/queries";
import { useFollow } from "../live/use_follow";
import { Failed, Loading, Notice } from "../panels/Notice";
import { Panel } from "../panels/Panel";
import { Since } from "../time/Age";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { Adjust } from "./Adjust";
import { Approvals } from "./Approvals";
import { byLevel, everyTold, inOrder } from "./assurance";
import { Roman } from "./Badge";
import { Papers } from "./Papers";
import { RulesPanel } from "./RulesPanel";
import { People, StaffPanel } from "./StaffPanel";
import { StartResponse } from "./StartResponse";
import "../style/call.css";
import "../style/assurance.css";

export function AssurancePage() {
  useFollow(PROVINCE);
  const { data, error, refetch } = useQuery(assuranceQuery);
  if (error && !data) return <Failed error={error} retry={refetch} />;
  if (!data) return <Loading />;
  return <Assurance data={data} />;
}

function Assurance({ data }: { data: AssuranceAnswer }) {
  const { t } = useWords();
  const [starting, setStarting] = useState(false);
  const [open, setOpen] = useState<{ id: number; act: "adjust" | "end" } | null>(null);
  const ordered = inOrder(data.responses);
  const shown = ordered.find((one) => one.id === open?.id);
  return (
    <div className="assurance" data-testid="assurance" data-ready="assurance" data-level={data.in_force ?? "none"}>
      <Panel
        title={t("assure.title")}
        now_ms={data.now_ms}
        className="assurance-list"
        extra={
          <button type="button" className="plain is-first" data-testid="assure-start" onClick={() => setStarting(true)}>
            + {t("assure.start")}
          </button>
        }
      >
        {ordered.length === 0 ? (
          <Notice title={t("assure.none")} next={t("assure.none.next")} testid="assure-none" />
        ) : (
          <ul>
            {ordered.map((one) => (
              <Response key={one.id} one={one} open={(act) => setOpen({ id: one.id, act })} />
            ))}
          </ul>
        )}
      </Panel>
      <div className="assurance-side">
        <Places data={data} />
        <Approvals data={data} />
        <StaffPanel rules={data.rules.levels} />
        <RulesPanel levels={data.rules.levels} />
      </div>
      {starting && <StartResponse close={() => setStarting(false)} rules={data.rules.levels} />}
      {open && shown && (
        <Adjust key={`${open.id} ${open.act}`} one={shown} act={open.act} close={() => setOpen(null)} />
      )}
    </div>
  );
}

function Response({ one, open }: { one: AssuranceResponse; open: (act: "adjust" | "end") => void }) {
  const words = useWords();
  const { t, n } = words;
  return (
    <li className={`response is-${one.state}`} data-testid={`response-${one.id}`} data-state={one.state}>
      <Roman of={one.level} />
      <div>
        <h3>
          <span data-name="">{one.title}</span>
          <b className={one.state === "on" ? "tag is-open" : "tag"}>{t(`assure.state.${one.state}`)}</b>
          {one.freeze && one.state === "on" && <span className="assurance-freeze">{t("assure.freeze.short")}</span>}
          <span className="grow" />
          {one.state !== "ended" && (
            <>
              <button type="button" className="plain" data-testid={`adjust-${one.id}`} onClick={() => open("adjust")}>
                {t("assure.adjust")}
              </button>
              <button type="button" className="plain" data-testid={`end-${one.id}`} onClick={() => open("end")}>
                {t("assure.end")}
              </button>
            </>
          )}
        </h3>
        <p>
          <b data-name="">{one.names.join(t("backups.and"))}</b>{" "}
          <span className="soft num">{t("problems.venues", { n: n(one.venues) })}</span>
        </p>
        <p className="soft">
          {[one.hazard, one.authority, one.document].filter(Boolean).map((text) => (
            <span key={text} data-name="">
              {text}{" "}
            </span>
          ))}
        </p>
        {one.state !== "ended" && (
          <p className="response-changes">
            <span>{t("assure.check", { every: everyTold(one.check_every_s, words) })}</span>
            <span>
              {t("assure.calls", { n: one.roll_calls_a_day })} ({t(`call.depth.${one.depth}`)})
            </span>
            <span>{t("assure.staff", { n: one.extra_staff })}</span>
            {one.freeze && (
              <span>
                {t("assure.freeze.by")} <b data-name="">{one.approver}</b>
              </span>
            )}
          </p>
        )}
        {one.untold > 0 && (
          <p className="is-degraded" data-testid={`untold-${one.id}`}>
            {t("assure.untold", { n: n(one.untold) })}
          </p>
        )}
        <Calls one={one} />
        {(one.staff.length > 0 || one.staff_missing > 0) && (
          <p data-testid={`onduty-${one.id}`}>
            {t("assure.onduty")} <People staff={one.staff} />{" "}
            {one.staff_missing > 0 && one.state === "on" && (
              <small className="is-degraded">{t("assure.onduty.missing", { n: n(one.staff_missing) })}</small>
            )}
          </p>
        )}
        <Papers one={one} />
        <p className="soft num">
          {timestamp(one.from_ms).slice(0, 16)} —{" "}
          {one.ended_ms !== null
            ? timestamp(one.ended_ms).slice(0, 16)
            : one.to_ms !== null
              ? timestamp(one.to_ms).slice(0, 16)
              : t("assure.until.end")}
          {one.state === "on" && (
            <>
              {" · "}
              {t("problems.lasted")} <Since at={one.from_ms} />
            </>
          )}
        </p>
        <details>
          <summary className="soft">{t("assure.history", { n: n(one.history.length) })}</summary>
          <ol className="response-history">
            {one.history.map((step) => (
              <li key={step.at_ms}>
                <span className="num soft">{timestamp(step.at_ms).slice(0, 16)}</span> <Roman of={step.level} />{" "}
                <b>{t(`assure.act.${step.act}`)}</b> <span data-name="">{step.person}</span>{" "}
                <span className="soft" data-name="">
                  {step.note}
                </span>
              </li>
            ))}
          </ol>
        </details>
      </div>
    </li>
  );
}

/** The roll calls that it orders: when, and what became of the last. */
function Calls({ one }: { one: AssuranceResponse }) {
  const { t } = useWords();
  if (one.roll_calls === null) return null;
  const { times, next_ms, slots } = one.roll_calls;
  const [last] = slots;
  return (
    <p className="response-changes num" data-testid={`calls-${one.id}`}>
      <span>{t("assure.calls.at", { times: times.join(t("backups.and")) })}</span>
      <span>
        {next_ms === null
          ? t("assure.calls.rest")
          : t("call.schedules.next", { time: timestamp(next_ms).slice(5, 16) })}
      </span>
      {last && (
        <span>
          {t("call.schedules.last")} {timestamp(last.at_ms).slice(5, 16)} {t(`call.slot.${last.outcome}`)}{" "}
          {last.call !== null && <Link to={`/roll-call/${last.call}`}>{t("inbound.open")}</Link>}
        </span>
      )}
    </p>
  );
}

/** Each place follows the highest of the responses that cover it. */
function Places({ data }: { data: AssuranceAnswer }) {
  const { t } = useWords();
  if (data.places.length === 0) return null;
  return (
    <Panel title={t("assure.places")} note={t("assure.places.note")}>
      <ul className="assurance-places" data-testid="assure-places">
        {byLevel(data.places).map((one) => (
          <li key={one.place}>
            <Roman of={one.level} /> <span data-name="">{one.name}</span>{" "}
            {one.freeze && <span className="assurance-freeze">{t("assure.freeze.short")}</span>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
