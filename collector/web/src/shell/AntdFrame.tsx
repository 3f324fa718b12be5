// antd dressed in the console's tokens and language; only chunks that use antd's controls carry it.
import { ConfigProvider } from "antd";
import en from "antd/locale/en_US";
import zh from "antd/locale/zh_CN";
import { useMemo } from "react";
import { useCell } from "../state/cell";
import { themeName } from "../theme/appearance";
import { antdTheme } from "../theme/tokens";
import { useWords } from "../words/words";

/** A click beside a dialogue takes nothing away that was typed into it. */
const MODAL = { mask: { closable: false } };

export function AntdFrame({ children }: { children: React.ReactNode }) {
  const { lang } = useWords();
  const name = useCell(themeName);
  const theme = useMemo(() => antdTheme(name), [name]);
  return (
    <ConfigProvider
      theme={theme}
      locale={lang === "zh" ? zh : en}
      componentSize="small"
      button={{ autoInsertSpace: false }}
      modal={MODAL}
    >
      {children}
    </ConfigProvider>
  );
}
