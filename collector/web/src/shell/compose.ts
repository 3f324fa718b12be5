// While a word is composed, e.g. from pinyin, Enter, Esc and the arrows belong to the input method: nothing of the page takes them.

/** Safari tells of the key that ended a composition after its end: then the old number alone says so. */
const OF_INPUT_METHOD = 229;

export function isComposing({ isComposing, keyCode }: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === OF_INPUT_METHOD;
}

export function guardComposition(): void {
  const keep = (event: KeyboardEvent) => {
    if (!isComposing(event)) return;
    event.stopImmediatePropagation();
    // Enter would send the form in which the word is typed.
    if (event.key === "Enter") event.preventDefault();
  };
  window.addEventListener("keydown", keep, { capture: true });
}
