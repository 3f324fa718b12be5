// The templates with which plans begin: edited, added and removed here; the built-in ones can be brought back.
import { useQuery } from "@tanstack/react-query";
import { Modal } from "antd";
import { useState } from "react";
import { ApiProblem, put, send } from "../api/fetch";
import type { Template } from "../api/names";
import { client, templatesQuery } from "../api/queries";
import { Failed, Loading } from "../panels/Notice";
import { Twice } from "../panels/Twice";
import { AntdFrame } from "../shell/AntdFrame";
import { useWords } from "../words/words";
import { freeKey } from "./plan";
import { Said } from "./Said";
import { TemplateForm } from "./TemplateForm";

const DEADLINE_MS = 15_000;
const MOST = 32;

export function TemplatesDialog({ close }: { close: () => void }) {
  const { t, n } = useWords();
  const { data, error, refetch } = useQuery(templatesQuery);
  const [edited, setEdited] = useState<Template | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  const items = data?.items ?? [];
  const act = async (what: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await what();
      await client.invalidateQueries({ queryKey: templatesQuery.queryKey });
      setEdited(null);
    } catch (error) {
      setProblem(error instanceof Error ? error : new ApiProblem(0, "", null));
    }
  };
  const save = (all: readonly Template[]) => act(() => put("/inspections/templates", { items: all }, DEADLINE_MS));
  const kept = (one: Template) =>
    items.some(({ key }) => key === one.key)
      ? items.map((other) => (other.key === one.key ? one : other))
      : [...items, one];
  return (
    <AntdFrame>
      <Modal open centered width={edited ? 980 : 720} footer={null} title={t("template.title")} onCancel={close}>
        <div className="templates" data-testid="templates">
          {error && !data ? <Failed error={error} retry={refetch} /> : !data && <Loading />}
          {edited ? (
            <TemplateForm
              key={edited.key}
              first={edited}
              save={(one) => void save(kept(one))}
              cancel={() => setEdited(null)}
            />
          ) : (
            <>
              <p className="soft">{t("template.what")}</p>
              {data?.unread && <p className="is-fail">{t("template.unread")}</p>}
              <ul className="templates-list">
                {items.map((one) => (
                  <li key={one.key} data-testid={`template-${one.key}`}>
                    <b data-name="">{one.title}</b>
                    <span className="tag">{t(`inspect.kind.${one.work.kind}`)}</span>
                    <small className="soft">
                      {t("plan.manual.count", { n: n(one.work.manual.length) })} ·{" "}
                      {t(one.work.confirmed ? "plan.loud" : "plan.silent")}
                    </small>
                    <span className="grow" />
                    <button
                      type="button"
                      className="plain"
                      data-testid={`template-edit-${one.key}`}
                      onClick={() => setEdited(one)}
                    >
                      {t("plan.edit")}
                    </button>
                    <button
                      type="button"
                      className="plain"
                      disabled={items.length >= MOST}
                      data-testid={`template-copy-${one.key}`}
                      onClick={() =>
                        setEdited({ ...one, key: freeKey(items), title: t("template.copy.of", { name: one.title }) })
                      }
                    >
                      {t("template.copy")}
                    </button>
                    <Twice
                      word={t("call.group.remove")}
                      testid={`template-remove-${one.key}`}
                      what={() => void save(items.filter((other) => other !== one))}
                    />
                  </li>
                ))}
              </ul>
              <Twice
                word={t("template.reset")}
                testid="templates-reset"
                what={() => void act(() => send("DELETE", "/inspections/templates", undefined, DEADLINE_MS))}
              />
            </>
          )}
          {problem && <Said problem={problem} />}
        </div>
      </Modal>
    </AntdFrame>
  );
}
