// The level of a response as a Roman badge: a shape of its own, never a colour of a fault.
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import type { ResponseLevel } from "../api/names";
import { assuranceQuery } from "../api/queries";
import { useWords } from "../words/words";
import { inOrder, ROMAN } from "./assurance";
import "../style/assurance.css";

export function Roman({ of }: { of: ResponseLevel }) {
  return (
    <b className="roman" data-level={of}>
      {ROMAN[of]}
    </b>
  );
}

/** In the header, while any response is in force: the highest, and whether anything is frozen. */
export function AssuranceBadge() {
  const { t } = useWords();
  const { data } = useQuery(assuranceQuery);
  if (data?.in_force == null) return null;
  const on = data.responses.filter((one) => one.state === "on");
  const freeze = data.places.some((one) => one.freeze);
  return (
    <Link to="/assurance" className="assurance-badge" data-testid="assurance-badge" title={t("assure.title")}>
      <Roman of={data.in_force} />
      {t(on.length > 1 ? "assure.badge.many" : "assure.badge", { n: on.length })}
      {freeze && <span className="assurance-freeze">{t("assure.freeze.short")}</span>}
    </Link>
  );
}

/** On the big screen: each response with its places, readable from afar. */
export function WallAssurance() {
  const { t } = useWords();
  const { data } = useQuery(assuranceQuery);
  const on = inOrder(data?.responses ?? []).filter((one) => one.state === "on");
  const [first] = on;
  if (!first) return null;
  return (
    <p className="wall-assurance" data-testid="wall-assurance">
      <Roman of={first.level} />
      <b data-name="">{first.title}</b>
      <span data-name="">{first.names.join(" ")}</span>
      {on.length > 1 && <span className="num">{t("assure.more", { n: on.length - 1 })}</span>}
      {data?.places.some((one) => one.freeze) && <span className="assurance-freeze">{t("assure.freeze.short")}</span>}
    </p>
  );
}
