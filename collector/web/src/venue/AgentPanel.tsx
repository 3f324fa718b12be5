// The host in the room: whether it is there, and how far its clock can be trusted.
import type { VenueAgent, VenueAnswer } from "../api/names";
import { Panel } from "../panels/Panel";
import { Mark } from "../state/Mark";
import { Age, Dash } from "../time/Age";
import { span } from "../time/age";
import { useWords } from "../words/words";
import { formatValue } from "./figures";

export function AgentPanel({ answer }: { answer: VenueAnswer }) {
  const { t } = useWords();
  const agent = answer.agent;
  return (
    <Panel title={t("agent.title")} now_ms={answer.now_ms} live className="agent" testid="agent">
      {agent ? <Facts agent={agent} /> : <p className="soft quiet">{t("agent.none")}</p>}
    </Panel>
  );
}

function Facts({ agent }: { agent: VenueAgent }) {
  const { t, lang } = useWords();
  const error = agent.clock_error_ms;
  return (
    <dl className="facts">
      <dt>{t("agent.signed")}</dt>
      <dd>
        <Age at={agent.last_signed_ms} />
        <span className="soft"> · {t(agent.connected ? "venue.connected" : "venue.disconnected")}</span>
      </dd>
      <dt>{t("agent.clock")}</dt>
      <dd>
        {t(`agent.clock.${agent.clock}`)}
        {error != null && <span className="num soft"> · {t("agent.clock.error", { ms: formatValue(error) })}</span>}
      </dd>
      <dt>{t("agent.canary")}</dt>
      <dd data-testid="canary" data-stopped={agent.stopped}>
        <Age at={agent.canary_seen_ms} missing={t("agent.canary.none")} />
        {agent.canary_took_ms !== null && (
          <span className="num soft"> · {t("agent.canary.took", { span: span(agent.canary_took_ms, lang) })}</span>
        )}
        {agent.stopped && (
          <p className="state is-stale">
            <Mark of="stale" />
            {t("agent.stopped")}
          </p>
        )}
      </dd>
      <dt>{t("agent.version")}</dt>
      <dd className="num">
        {agent.version != null ? <span data-name="">{agent.version}</span> : <Dash why={t("missing.never")} />}
      </dd>
      <dt>{t("agent.id")}</dt>
      <dd className="num" title={agent.id} data-name="">
        {agent.id.length > 16 ? `${agent.id.slice(0, 16)}…` : agent.id}
      </dd>
    </dl>
  );
}
