// A page that breaks takes nothing else with it: what happened is said, with the way on. The big screen, which nobody touches, loads itself anew.
import { Component } from "react";
import { Notice } from "../panels/Notice";
import { words } from "../words/words";

const ANEW_MS = 15_000;

interface SurviveProps {
  /** Nobody is there to press anything. */
  alone?: boolean;
  children: React.ReactNode;
}

export class Survive extends Component<SurviveProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch() {
    if (this.props.alone) window.setTimeout(() => location.reload(), ANEW_MS);
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const { t } = words();
    return (
      <Notice title={t("state.broken.title")} next={t("state.broken.next")} testid="broken">
        <button type="button" className="plain" onClick={() => location.reload()}>
          {t("state.broken.anew")}
        </button>
        <small data-name="">{error.message}</small>
      </Notice>
    );
  }
}
