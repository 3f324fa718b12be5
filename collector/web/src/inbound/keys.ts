// The keys of the page of one call to us.
import { useEffect, useRef } from "react";
import { isModal, isTyping } from "../shell/keys";

export function useCallKeys(keys: Readonly<Record<string, () => void>>): void {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || isModal() || event.ctrlKey || event.metaKey || event.altKey) return;
      const press = held.current[event.key];
      if (!press) return;
      event.preventDefault();
      press();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}
