//! What every kind of inspection looks like before anybody has changed it: practice, not law.

use serde::{Deserialize, Serialize};

use avow_shared::place::Level;

use super::order::{Kind, ManualItem, Probes, Quiet, Spread, Work};
use crate::scope::{Except, Scope};

/// 半天, before a meeting.
pub const HALF_A_DAY_MIN: u32 = 720;
/// 一天.
pub const A_DAY_MIN: u32 = 1_440;
/// The most templates.
pub const MOST_TEMPLATES: usize = 32;

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its short name.
    pub key: Box<str>,
    /// What people call it.
    pub title: Box<str>,
    /// What is done.
    pub work: Work,
    /// Of one that goes before a meeting: how long before it, minutes.
    pub lead_min: Option<u32>,
}

/// Every item that persons look at, with what is expected.
const ITEMS: [(&str, &str, &str); 10] = [
    ("private-line", "专线", "主备专线均通，标签清晰，无告警"),
    ("two-way", "双向音视频", "本端与对端图像、声音均清晰流畅"),
    ("control", "控制切换", "矩阵、中控、预置位切换到位"),
    ("settings", "系统设置", "速率、分辨率、加密、自动应答与基线一致"),
    ("cables", "线缆", "连接牢固，无破损，标识齐全"),
    ("charging", "充电", "话筒、对讲机、备用电源电量充足"),
    ("backup", "备份系统", "备用终端、备用线路可用，切换不超过规定时间"),
    ("converged", "融合通信", "调度、会商接入正常"),
    ("fax", "传真", "收发清晰"),
    ("satellite", "卫星", "卫星电话、便携站可用"),
];

/// What people call the built-in item with this key.
#[must_use]
pub fn title_of(key: &str) -> Option<&'static str> {
    ITEMS.iter().find(|(known, ..)| *known == key).map(|(_, title, _)| *title)
}

fn manual(keys: &[&str]) -> Vec<ManualItem> {
    let chosen = ITEMS.iter().filter(|(key, ..)| keys.contains(key));
    chosen
        .map(|(key, title, standard)| ManualItem {
            key: (*key).into(),
            title: (*title).into(),
            standard: (*standard).into(),
        })
        .collect()
}

/// The built-in ones.
#[must_use]
pub(super) fn built_in() -> Vec<Template> {
    let province = || Scope { places: "35".parse().into_iter().collect(), ..Scope::default() };
    let night = Quiet { from: 22 * 60, to: 6 * 60 };
    let quiet_kinds = ["line", "http", "host", "camera", "picture", "sensor", "power", "snmp", "listen"];
    let watched = || Probes::Kinds(quiet_kinds.iter().map(|kind| (*kind).into()).collect());
    let work = |kind, probes, keys: &[&str], confirmed, window_min| Work {
        kind,
        scope: province(),
        probes,
        manual: manual(keys),
        confirmed,
        spread: Spread::default(),
        quiet: Some(night),
        window_min,
    };
    let all = ITEMS.map(|(key, ..)| key);
    let template =
        |key: &str, title: &str, work| Template { key: key.into(), title: title.into(), work, lead_min: None };
    let before = |key: &str, title: &str, lead_min, window_min| Template {
        lead_min: Some(lead_min),
        ..template(key, title, work(Kind::Before, Probes::All, &all[..7], true, window_min))
    };
    let upper_three = |work: Work| {
        let except = Except { levels: vec![Level::Province, Level::City, Level::County], ..Except::default() };
        Work { scope: Scope { except, ..work.scope }, ..work }
    };
    vec![
        template(
            "daily",
            "日常巡检",
            work(Kind::Daily, watched(), &["private-line", "cables", "charging"], false, 240),
        ),
        template("monthly", "月度省市县联调", upper_three(work(Kind::Monthly, Probes::All, &all[..7], true, 480))),
        template("yearly", "年度全省联调（含乡村）", work(Kind::Yearly, Probes::All, &all, true, 3 * 1_440)),
        before("before-half-day", "会前半天联调", HALF_A_DAY_MIN, 180),
        before("before-day", "会前一天联调", A_DAY_MIN, 480),
        template(
            "assurance",
            "重保巡检",
            Work {
                quiet: None,
                ..work(Kind::Assurance, watched(), &["private-line", "backup", "satellite"], false, 60)
            },
        ),
        template("visit", "上门巡检", work(Kind::Visit, Probes::All, &all, true, 480)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_template_and_none_without_confirmation_is_heard_or_moves() {
        let all = built_in();
        for kind in [Kind::Daily, Kind::Monthly, Kind::Yearly, Kind::Before, Kind::Assurance, Kind::Visit] {
            assert!(all.iter().any(|template| template.work.kind == kind), "{kind:?}");
        }
        for template in &all {
            let Work { scope, probes, manual, confirmed, kind, .. } = &template.work;
            assert_eq!(scope.places.len(), 1, "{}", template.key);
            assert!(!manual.is_empty());
            let id = "any".parse().expect("a probe");
            let is_heard = ["sound", "sweep", "switch", "drill"].iter().any(|loud| probes.has(&id, loud));
            assert!(*confirmed || !is_heard, "{}: nobody agreed that it is heard", template.key);
            assert_eq!(template.lead_min.is_some(), *kind == Kind::Before, "{}", template.key);
        }
    }

    #[test]
    fn the_month_is_of_province_cities_and_counties_the_year_of_all_and_before_a_meeting_there_is_time() {
        let all = built_in();
        let of = |key: &str| all.iter().find(|template| &*template.key == key).expect("is there");
        assert_eq!(of("monthly").work.scope.except.levels, [Level::Province, Level::City, Level::County]);
        assert!(of("yearly").work.scope.except.levels.is_empty());
        assert_eq!((of("before-half-day").lead_min, of("before-day").lead_min), (Some(720), Some(1_440)));
        // At whatever full hour the meeting begins, some hours are left in which somebody is asked, and the window ends before it.
        for (hour, key) in (0..24).flat_map(|hour| [(hour, "before-half-day"), (hour, "before-day")]) {
            let Template { work, lead_min, .. } = of(key);
            let meeting = 1_795_708_800_000 + hour * 3_600_000;
            let slot = meeting - u64::from(lead_min.expect("a lead")) * 60_000;
            let until = work.until_ms(slot).min(meeting - crate::meetings::BEFORE_MS);
            let quiet = work.quiet.expect("quiet hours");
            let awake = (slot..until).step_by(60_000).filter(|at| !quiet.has(*at)).count();
            assert!(awake >= 170, "{key} {hour}: {awake} minutes");
        }
    }
}
