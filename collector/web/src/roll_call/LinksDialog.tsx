// The links of a call for somebody in a room: for whom, from whom, how each stands; one that is open can be withdrawn.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { send } from "../api/fetch";
import type { LinkItem } from "../api/names";
import { client } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { Twice } from "../panels/Twice";
import { AntdFrame } from "../shell/AntdFrame";
import type { Standing } from "../state/classes";
import { State } from "../state/Mark";
import { timestamp } from "../time/age";
import { useWords } from "../words/words";
import { linksQuery } from "./kept_queries";

const DEADLINE_MS = 15_000;

const MARK: Record<LinkItem["state"], Standing> = {
  open: "never",
  used: "pass",
  revoked: "excluded",
  expired: "stale",
};

export function LinksDialog({ call, close }: { call: number; close: () => void }) {
  const { t, refusal } = useWords();
  const { data, error, refetch } = useQuery(linksQuery(call));
  const [failed, setFailed] = useState<unknown>(null);
  const withdraw = async (link: LinkItem) => {
    setFailed(null);
    try {
      await send("DELETE", `/links/${encodeURIComponent(link.id)}`, undefined, DEADLINE_MS);
    } catch (error) {
      setFailed(error);
    }
    void client.invalidateQueries({ queryKey: linksQuery(call).queryKey });
  };
  return (
    <AntdFrame>
      <Modal open centered width={720} title={t("call.links")} footer={null} onCancel={close}>
        <div className="call-schedules" data-testid="call-links">
          <p className="soft">{t("call.links.what")}</p>
          {error && !data ? <Failed error={error} retry={refetch} /> : !data && <Loading />}
          {data?.items.length === 0 && <p className="soft">{t("call.links.none")}</p>}
          <ul>
            {(data?.items ?? []).map((link) => (
              <Row key={link.id} link={link} withdraw={() => void withdraw(link)} />
            ))}
          </ul>
          {failed !== null && (
            <p className="call-problem" role="alert">
              {refusal(failed) ?? t("call.links.failed")}
            </p>
          )}
        </div>
      </Modal>
    </AntdFrame>
  );
}

function Row({ link, withdraw }: { link: LinkItem; withdraw: () => void }) {
  const { t } = useWords();
  return (
    <li data-testid={`link-${link.id}`} data-state={link.state}>
      <State of={MARK[link.state]} word={t(`call.link.state.${link.state}`)} />
      <b data-name="">{link.name}</b>
      <span className="soft num">{link.venue}</span>
      {link.by && (
        <span className="soft" data-name="">
          {t("call.links.by", { name: link.by })}
        </span>
      )}
      <span className="soft num">{t("call.links.made", { time: timestamp(link.made_ms).slice(5, 16) })}</span>
      <span className="soft num">{t("call.link.until", { time: timestamp(link.until_ms).slice(5, 16) })}</span>
      <span className="grow" />
      {link.state === "open" && (
        <Twice word={t("call.links.withdraw")} what={withdraw} testid={`link-withdraw-${link.id}`} />
      )}
    </li>
  );
}
