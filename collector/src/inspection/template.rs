//! What every kind of inspection looks like before anybody has changed it: practice, not law.

use serde::{Deserialize, Serialize};

use super::order::{Kind, ManualItem, Probes, Quiet, Spread, Work};
use crate::scope::Scope;

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
    let template = |key: &str, title: &str, work| Template { key: key.into(), title: title.into(), work };
    vec![
        template(
            "daily",
            "日常巡检",
            work(Kind::Daily, watched(), &["private-line", "cables", "charging"], false, 240),
        ),
        template("monthly", "月度省市县联调", work(Kind::Monthly, Probes::All, &all[..7], true, 480)),
        template("yearly", "年度全省联调（含乡村）", work(Kind::Yearly, Probes::All, &all, true, 3 * 1_440)),
        template("before-half-day", "会前半天联调", work(Kind::Before, Probes::All, &all[..7], true, 180)),
        template("before-day", "会前一天联调", work(Kind::Before, Probes::All, &all[..7], true, 480)),
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
    fn every_kind_has_a_template_and_none_without_confirmation_is_heard() {
        let all = built_in();
        for kind in [Kind::Daily, Kind::Monthly, Kind::Yearly, Kind::Before, Kind::Assurance, Kind::Visit] {
            assert!(all.iter().any(|template| template.work.kind == kind), "{kind:?}");
        }
        for template in &all {
            assert_eq!(template.work.scope.places.len(), 1, "{}", template.key);
            assert!(!template.work.manual.is_empty());
        }
    }
}
