// On every page: a call to us goes on, how much time there is, and whether the room can answer.
import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";
import { Clock } from "../roll_call/Sums";
import { useWords } from "../words/words";
import { openInboundQuery } from "./queries";
import { clockOf } from "./told";
import "../style/call.css";
import "../style/inbound.css";

export function InboundStrip() {
  const { t } = useWords();
  const { pathname } = useLocation();
  const { data } = useQuery(openInboundQuery);
  const calls = (data?.items ?? []).filter((call) => pathname !== `/inbound/${call.id}`);
  if (calls.length === 0 || pathname === "/inbound") return null;
  return (
    <div className="inbound-strip" role="alert" data-testid="inbound-strip">
      {calls.slice(0, 3).map((call) => (
        <Link key={call.id} to={`/inbound/${call.id}`}>
          <b>{t("inbound.strip")}</b>
          <span data-name="">{call.caller}</span>
          <span data-name="">{call.name}</span>
          <Clock call={clockOf(call)} />
          <b>
            {t(
              call.answer
                ? `call.mode.${call.answer.how}`
                : call.ready === null
                  ? "inbound.banner.checking"
                  : call.ready === "main"
                    ? "inbound.banner.ready"
                    : "inbound.banner.backup",
            )}
          </b>
        </Link>
      ))}
    </div>
  );
}
