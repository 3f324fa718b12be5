import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CLASSES } from "../state/classes";
import { en } from "../words/en";
import { classes_en, findings_en } from "../words/findings_en";
import { classes_zh, findings_zh } from "../words/findings_zh";
import { units, values } from "../words/values";
import { finding, isKey, say, unitName, valueName } from "../words/words";
import { zh } from "../words/zh";

const CJK = /[\u3000-\u9fff\uff00-\uffef]/;
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe("the dictionary", () => {
  test("has the same keys in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    expect(Object.keys(findings_en).sort()).toEqual(Object.keys(findings_zh).sort());
    expect(Object.keys(classes_en).sort()).toEqual(Object.keys(classes_zh).sort());
  });

  test("leaves no text empty and fills the same places in both languages", () => {
    for (const [key, text] of Object.entries(zh)) {
      const other = en[key as keyof typeof zh];
      expect(text.length * other.length, key).toBeGreaterThan(0);
      expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });

  test("has no Chinese in the English but the name of the language", () => {
    const left = Object.entries(en).filter(([key, text]) => key !== "switch.language" && CJK.test(text));
    const findings = Object.entries(findings_en).filter(([, f]) => CJK.test(f.cause + f.next));
    expect([...left, ...findings]).toEqual([]);
  });

  test("says 劣化 and 数据陈旧, never 降级 or 过期 for a state", () => {
    for (const c of CLASSES) expect(zh[`class.${c}`]).not.toMatch(/降级|过期/);
  });
});

describe("findings", () => {
  test("are all in words with a next step", () => {
    for (const code of Object.keys(findings_zh)) {
      for (const lang of ["zh", "en"] as const) {
        const told = finding(lang, code, "fail");
        expect(told.cause, code).not.toContain(code);
        expect(told.next.length, code).toBeGreaterThan(4);
      }
    }
  });

  test("show an unknown code instead of hiding it, and fall back to the class without one", () => {
    expect(finding("zh", "moon.eclipse", "fail").cause).toContain("moon.eclipse");
    expect(finding("zh", null, "silent").cause).toBe("会场主机失联");
  });
});

describe("values", () => {
  test("and units have words in both languages, and no Chinese in the English", () => {
    for (const [name, [zh_word, en_word]] of Object.entries({ ...values, ...units })) {
      expect(zh_word.length * en_word.length, name).toBeGreaterThan(0);
      expect(en_word, name).not.toMatch(CJK);
    }
    for (const [name, [zh_word]] of Object.entries(values)) expect(zh_word, name).toMatch(CJK);
  });

  test("of one language have different words", () => {
    for (const at of [0, 1]) {
      const said = Object.values(values).map((pair) => pair[at]);
      expect(new Set(said).size).toBe(said.length);
    }
  });

  test("are shown by name where no word is known", () => {
    expect([valueName("zh", "rtt_avg"), valueName("en", "loss")]).toEqual(["平均往返时延", "Loss"]);
    expect([valueName("zh", "moon_phase"), valueName("zh", "toString")]).toEqual(["moon_phase", "toString"]);
    expect(valueName("zh", "shift_px_p2")).toBe("画面偏移（预置位 2）");
    expect([valueName("en", "loss_p12"), valueName("zh", "moon_p2")]).toEqual(["Loss (preset 12)", "moon_p2"]);
    expect([unitName("zh", "fps"), unitName("zh", "cd"), unitName("zh", "")]).toEqual(["帧/秒", "cd", ""]);
  });
});

test("every trouble of the collector itself has words", () => {
  const { components } = JSON.parse(readFileSync("openapi.json", "utf8"));
  const codes: string[] = components.schemas.Cause.enum;
  expect(codes.length).toBeGreaterThan(0);
  for (const code of codes) expect(isKey(`health.${code}`), code).toBe(true);
});

test("what the collector says of a roll call has words", () => {
  const { schemas } = JSON.parse(readFileSync("openapi.json", "utf8")).components;
  const named = { standing: schemas.Standing, mode: schemas.Mode, fault: schemas.Fault, depth: schemas.RollCallDepth };
  for (const [of, schema] of Object.entries(named)) {
    const codes: string[] = schema.enum ?? schema.oneOf.flatMap((one: { enum: string[] }) => one.enum);
    expect(codes.length, of).toBeGreaterThan(1);
    for (const code of codes) expect(isKey(`call.${of}.${code}`), `${of} ${code}`).toBe(true);
  }
  const aspects = schemas.RollCallAspect.properties;
  for (const [of, key] of [
    ["aspect", "call.aspect"],
    ["state", "call.aspect.state"],
  ] as const) {
    const codes = [...aspects[of].description.matchAll(/`(\w+)`/g)].map((match) => match[1]);
    expect(codes.length, of).toBeGreaterThan(3);
    // `proven` is the depth that two of them belong to.
    for (const code of codes) expect(code === "proven" || isKey(`${key}.${code}`), `${of} ${code}`).toBe(true);
  }
});

test("a text is filled with its values", () => {
  expect(say("zh", "problems.venues", { n: "1,204" })).toBe("1,204 个会场");
});
