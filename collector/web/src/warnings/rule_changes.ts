// What was changed of a rule, in words. Pure.
import type { RuleChangePart } from "../api/names";
import { isKey, type Key, type Words } from "../words/words";

const LEVELS: Record<string, Key> = {
  i: "assure.level.i",
  ii: "assure.level.ii",
  iii: "assure.level.iii",
  iv: "assure.level.iv",
};

/** `ii.depth`, `present` to `ready`: the level, what of it, and from what to what; what has no word is shown as it is. */
export function partTold({ name, was, is }: RuleChangePart, { t }: Pick<Words, "t">): string {
  const [level, part] = name.includes(".")
    ? [name.slice(0, name.indexOf(".")), name.slice(name.indexOf(".") + 1)]
    : ["", name];
  const word = (key: string, plain: string) => (isKey(key) ? t(key) : plain);
  const what =
    part === "check_every_s" ? t("rules.check_every_s") : word(`assure.rule.${part}`, word(`warn.rule.${part}`, part));
  const value = (text: string) => (part === "depth" ? word(`call.depth.${text}`, text) : text);
  const of = LEVELS[level];
  return `${of ? `${t(of)} ` : ""}${what} ${value(was)} → ${value(is)}`;
}
