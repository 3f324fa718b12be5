import { describe, expect, test } from "vitest";
import { dayOf, readMonth, shiftedDay, shiftedMonth, steppedDay, weekday, weeksOf } from "../inspections/calendar";

describe("a month", () => {
  test("is laid out in whole weeks from Monday", () => {
    for (let n = 0; n < 60; n++) {
      const month = shiftedMonth("2026-01", n);
      const weeks = weeksOf(month);
      const days = weeks.flat();
      expect(weeks.every((week) => week.length === 7 && weekday(week[0] ?? "") === 0)).toBe(true);
      expect(days.every((day, at) => at === 0 || day === shiftedDay(days[at - 1] ?? "", 1))).toBe(true);
      const own = days.filter((day) => day.startsWith(month));
      const [year = 0, of = 0] = month.split("-").map(Number);
      expect(own.length).toBe(new Date(Date.UTC(year, of, 0)).getUTCDate());
      expect(days.length - own.length).toBeLessThan(14);
    }
    expect(weeksOf("2026-11")[0]?.[0]).toBe("2026-10-26");
  });

  test("is read from the URL, and nonsense is the month that is on in China", () => {
    const now = Date.UTC(2026, 10, 30, 16, 1);
    expect(readMonth("2027-02", now)).toBe("2027-02");
    for (const wrong of [null, "", "2026-13", "1999-01", "x"]) expect(readMonth(wrong, now)).toBe("2026-12");
  });

  test("follows the one before, over the year's end", () => {
    expect([shiftedMonth("2026-12", 1), shiftedMonth("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
  });
});

describe("a day", () => {
  test("is that of China", () => {
    expect(dayOf(Date.UTC(2026, 10, 26, 16))).toBe("2026-11-27");
    expect(dayOf(Date.UTC(2026, 10, 26, 15, 59))).toBe("2026-11-26");
  });

  test("is walked by keys across months", () => {
    expect(steppedDay(null, "j", "2026-11-27")).toBe("2026-11-27");
    expect(steppedDay("2026-11-27", "j", "")).toBe("2026-12-04");
    expect(steppedDay("2026-11-01", "h", "")).toBe("2026-10-31");
    expect(steppedDay("2026-11-01", "x", "")).toBeNull();
  });
});
