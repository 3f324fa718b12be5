// What keeps the room from answering as every day, the shortest way out first.
import { useWords } from "../words/words";
import type { InboundAnswer, InboundFault } from "./shapes";
import { STEP_MARK, wayOut } from "./told";

export function Faults({ answer }: { answer: InboundAnswer }) {
  const { t } = useWords();
  const { faults, box } = answer;
  return (
    <ol className="inbound-fault-list" data-testid="inbound-faults">
      {faults.map((fault) => (
        <Fault key={fault.step} fault={fault} answer={answer} />
      ))}
      {faults.length === 0 && box !== "connected" && <li>{t(`inbound.box.${box}`)}</li>}
    </ol>
  );
}

function Fault({ fault, answer }: { fault: InboundFault; answer: InboundAnswer }) {
  const { t, finding } = useWords();
  const step = answer.steps.find((one) => one.step === fault.step);
  const mark = (step && STEP_MARK[step.state]) ?? "fail";
  const found = fault.finding === null ? null : finding(fault.finding, mark);
  const way = wayOut(fault, answer.steps);
  return (
    <li data-remedy={fault.remedy}>
      <p className="soft">
        {t(`inbound.need.${fault.need}`)} · {found ? found.cause : t(`inbound.step.${step?.state ?? "fail"}`)}
      </p>
      <b>
        {"finding" in way ? (
          finding(way.finding, mark).next
        ) : (
          <span data-name={fault.remedy === "use-backup" ? "" : undefined}>{t(way.key, way.vars)}</span>
        )}
      </b>
      {fault.remedy === "use-backup" && found && <p className="soft">{found.next}</p>}
    </li>
  );
}
