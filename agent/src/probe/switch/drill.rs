//! The drill: the main way is taken away, and it is measured until the service works over the backup; then it is given back,
//! and measured again. What takes it away is a `[route]` of a text profile: a matrix that shows another input, a port that is
//! shut on a switch or router, a relay box. It is put back like any switching test, by whoever comes next if need be.
//!
//! The time runs from the moment of the command. The service counts as back at the end of the first of its answers behind
//! which nothing is lost any more, for as long as [`STEADY`] and for no shorter than the device says that the main way is
//! gone. What is stated beside it: how long before that the last answer was missing, which is what the beat could not see.

use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use avow_shared::outcome::Verdict;
use avow_shared::time::ClockQuality;
use serde::{Deserialize, Deserializer, de};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::proof::{Trouble, away, back, repay};
use super::{PROOFS, Setup as Switch};
use crate::probe::device::Unreached;
use crate::probe::limits::{Overrides, Rule, judge};
use crate::probe::measures::{DRILL_RESOLUTION, INTERRUPTION, RETURN};
use crate::probe::{BadSetup, Exhibit, Found, Work, device, http, line, within};
use crate::profile::talk::Transcript;
use crate::words::Language;

/// The service counts as back when nothing is lost for so long.
const STEADY: Duration = Duration::from_secs(1);
/// Before anything is taken away, main and backup may take so long to answer.
const BEFORE: Duration = Duration::from_secs(5);
/// Half a minute without a picture loses the thread of a meeting; after two it is begun anew by telephone.
const RULES: [Rule; 2] = [
    Rule::at_most(INTERRUPTION, 30.0, Some(120.0), "drill.slow"),
    Rule::at_most(RETURN, 30.0, Some(120.0), "drill.slow"),
];
/// The finding of a main way that is not back.
pub const NOT_RESTORED: &str = "drill.not-restored";

/// The keys of a drill.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// What takes the main way away: the keys of a switch probe, whose first other source stands for 'away'.
    pub switch: Switch,
    /// What proves the service, whichever way it goes: a probe of the kind `line`, `http` or `device` with its keys.
    #[serde(deserialize_with = "check")]
    pub service: Work,
    /// What proves the backup alone; asked before the main way is taken away.
    #[serde(default, deserialize_with = "check_if")]
    pub backup: Option<Work>,
    /// Between two looks at the service, milliseconds.
    #[serde(default = "beat_ms")]
    pub beat_ms: u64,
    /// An answer that takes longer is none, milliseconds.
    #[serde(default = "answer_ms")]
    pub answer_ms: u64,
    /// Changes to the limits of `interruption_s` and `return_s`, seconds.
    #[serde(default)]
    pub limits: Overrides,
}

const fn beat_ms() -> u64 {
    100
}

const fn answer_ms() -> u64 {
    200
}

fn check<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Work, D::Error> {
    let mut table = toml::Table::deserialize(deserializer)?;
    let kind = table.remove("kind").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    match Work::parse(&kind, table).map_err(de::Error::custom)? {
        // One packet a look: the beat makes the row.
        Work::Line(setup) => Ok(Work::Line(line::Setup { count: Some(1), ..setup })),
        work @ (Work::Http(_) | Work::Device(_)) => Ok(work),
        _ => Err(de::Error::custom(format!("kind: expected 'line', 'http' or 'device', found '{kind}'"))),
    }
}

fn check_if<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Work>, D::Error> {
    check(deserializer).map(Some)
}

impl Setup {
    pub(in crate::probe) fn check(&self) -> Result<(), BadSetup> {
        within("beat_ms", self.beat_ms, 20, 1_000)?;
        within("answer_ms", self.answer_ms, 20, 10_000)?;
        self.limits.check(&RULES)?;
        self.switch.check()
    }

    pub(in crate::probe) fn rules(&self) -> Vec<Rule> {
        self.limits.apply(&RULES)
    }

    /// Both looks ahead, both ways at their slowest, and what it takes to switch.
    pub(in crate::probe) fn longest(&self) -> Duration {
        BEFORE * 2 + (self.patience() + STEADY) * 2 + self.switch.longest()
    }

    /// Nobody waits for the backup longer than is tolerable.
    fn patience(&self) -> Duration {
        let most = |rule: &Rule| rule.tolerable.unwrap_or(rule.good);
        Duration::from_secs_f64(self.rules().iter().map(most).fold(0.0, f64::max).clamp(1.0, 900.0))
    }
}

/// How long the service was away.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Outage {
    /// From the command to the answer that it was back with; 0 when no answer was missing.
    seconds: f64,
    /// From the last look that was in vain, or between two looks.
    resolution: f64,
}

/// As [`super::run`]: beside the run, so that whoever gives it up has it put back.
pub(in crate::probe) async fn run(setup: &Setup, state: &Path) -> Found {
    let (running, given_up) = oneshot::channel::<()>();
    let (setup, state) = (setup.clone(), state.to_owned());
    let drill = tokio::spawn(async move {
        let _under_way = PROOFS.read().await;
        match setup.switch.owed(&state) {
            Some(owed) => repay(setup.switch, &state, owed).await,
            None => drill(&setup, &state, given_up).await,
        }
    });
    let found = drill.await.unwrap_or_else(|_| Found::missing("演练意外中断：请查看代理日志"));
    drop(running);
    found
}

async fn drill(setup: &Setup, state: &Path, given_up: oneshot::Receiver<()>) -> Found {
    let Some(route) = setup.switch.route().cloned() else { return Found::missing("描述文件没有 [route]") };
    let secrets = match setup.switch.device().secrets() {
        Ok(secrets) => secrets,
        Err(Unreached::Here([what, _]) | Unreached::There([what, _])) => return Found::missing(what),
    };
    if !answers(&setup.service, BEFORE).await {
        return Found::missing("业务在演练前就不通，未切换");
    }
    if let Some(backup) = &setup.backup
        && !answers(backup, BEFORE).await
    {
        return Found::new(Verdict::fail("drill.no-takeover"), "备用不通，主用未切走");
    }
    let (mut owed, mut transcript) = (None, Transcript::default());
    let there = async {
        let (told, gone) = (OnceLock::new(), OnceLock::new());
        let take = async {
            away(&setup.switch, &route, &secrets, state, (&mut owed, &told), &mut transcript).await?;
            Ok::<_, Trouble>(gone.set(Instant::now()))
        };
        tokio::try_join!(take, async { Ok(measured(setup, &told, &gone).await) }).map(|(_, outage)| outage)
    };
    let there = tokio::select! {
        there = there => Some(there),
        _ = given_up => None,
    };
    let Some(owed) = owed else {
        return match there {
            Some(Err(trouble)) => trouble.found(&setup.switch),
            _ => Found::missing("演练未开始就被取消"),
        };
    };
    let (told, given_back) = (OnceLock::new(), OnceLock::new());
    let give = async {
        let done = back(&setup.switch, &route, &secrets, (&owed, &told), state, &mut transcript).await;
        done.map(|()| given_back.set(Instant::now()))
    };
    // Who was given up has nobody who would read a number.
    let returned = if there.is_some() {
        tokio::try_join!(give, async { Ok(measured(setup, &told, &given_back).await) }).map(|(_, outage)| outage)
    } else {
        give.await.map(|_| None)
    };
    let found = judged(setup, there.unwrap_or(Ok(None)), returned, &owed.before);
    let is_wrong = found.verdict != Verdict::Pass;
    found.with_exhibit(is_wrong.then(|| Exhibit::transcript(&transcript.text(Language::Chinese))))
}

/// Looks at the service, beat by beat, until it is back for good; none when it is not within the patience.
async fn measured(setup: &Setup, told: &OnceLock<Instant>, gone: &OnceLock<Instant>) -> Option<Outage> {
    let started = Instant::now();
    let mut beat = interval(Duration::from_millis(setup.beat_ms));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut back, mut missed, mut last) = (None, None, started);
    let mut widest = Duration::ZERO;
    loop {
        beat.tick().await;
        let from = Instant::now();
        let is_there = answers(&setup.service, Duration::from_millis(setup.answer_ms)).await;
        let now = Instant::now();
        widest = widest.max(now - last);
        last = from;
        if is_there {
            back.get_or_insert(now);
        } else {
            (back, missed) = (None, Some(from));
        }
        let began = told.get().copied().unwrap_or(started);
        // An answer may have come the old way until the device says that it is gone.
        if let Some((since, gone)) = back.zip(gone.get().copied())
            && now >= since.max(gone) + STEADY
        {
            return Some(match missed {
                Some(missed) => Outage {
                    seconds: since.saturating_duration_since(began).as_secs_f64(),
                    resolution: (since - missed).as_secs_f64(),
                },
                None => Outage { seconds: 0.0, resolution: widest.as_secs_f64() },
            });
        }
        if back.is_none() && now > began + setup.patience() {
            return None;
        }
    }
}

/// Whether the service answers in time. What nobody can tell is no answer.
async fn answers(service: &Work, within: Duration) -> bool {
    let look = async {
        match service {
            Work::Line(setup) => line::run(setup).await,
            Work::Http(setup) => http::run(setup, ClockQuality::Unset).await,
            Work::Device(setup) => device::run(setup).await,
            _ => Found::missing(""),
        }
    };
    let found = timeout(within, Box::pin(look)).await;
    found.is_ok_and(|found| matches!(found.verdict, Verdict::Pass | Verdict::Degraded { .. }))
}

fn judged(
    setup: &Setup,
    there: Result<Option<Outage>, Trouble>,
    returned: Result<Option<Outage>, Trouble>,
    before: &str,
) -> Found {
    let patience = setup.patience().as_secs();
    let (outage, again) = match (there, returned) {
        // Whatever else went wrong: the venue stays without its main way.
        (_, Err(trouble)) => {
            let detail = format!("主用未能恢复（{}），原为 {before}：请立即人工切回", trouble.words());
            return Found::new(Verdict::fail(NOT_RESTORED), detail);
        }
        (Err(trouble), Ok(_)) => return trouble.found(&setup.switch).with_remark("已切回"),
        (Ok(outage), Ok(again)) => (outage, again),
    };
    let of = |outage: Option<Outage>| outage.map_or(f64::NAN, |outage| outage.seconds);
    let values = [
        outage.map(|outage| INTERRUPTION.of(outage.seconds)),
        again.map(|again| RETURN.of(again.seconds)),
        outage.map(|outage| DRILL_RESOLUTION.of(outage.resolution.max(again.map_or(0.0, |again| again.resolution)))),
    ];
    let values: Vec<_> = values.into_iter().flatten().collect();
    let found = match (outage, again) {
        (None, _) => {
            let detail = format!("主用切走后 {patience} s 内备用未接上；已切回");
            Found::new(Verdict::fail("drill.no-takeover"), detail)
        }
        (Some(_), None) => {
            let detail = format!("已切回主用，{patience} s 内业务未恢复：请立即人工检查");
            Found::new(Verdict::fail(NOT_RESTORED), detail)
        }
        (Some(outage), Some(_)) => {
            let [there, back, beat] = [of(Some(outage)), of(again), outage.resolution];
            let detail = format!("主用切走后中断 {there:.1} s，切回后中断 {back:.1} s（分辨 {beat:.1} s）");
            Found::new(judge(&setup.rules(), &values), detail)
        }
    };
    found.with_values(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(keys: &str) -> Result<Setup, String> {
        let text = format!(
            "switch = {{ profile='extron-sis', address='h', sources=['2'], sink='1' }}\n\
             service = {{ kind='http', url='http://127.0.0.1/' }}\n{keys}"
        );
        match Work::parse("drill", text.parse().expect("a table")).map_err(|wrong| wrong.to_string())? {
            Work::Drill(setup) => Ok(*setup),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_interruption_is_judged_by_seconds_and_what_is_not_put_back_before_all() {
        let outage = |seconds| Some(Outage { seconds, resolution: 0.1 });
        let trouble = || Err(Trouble::Silent("恢复"));
        for (there, returned, expected) in [
            (Ok(outage(30.0)), Ok(outage(0.0)), Verdict::Pass),
            (Ok(outage(30.1)), Ok(outage(0.0)), Verdict::degraded("drill.slow")),
            (Ok(outage(1.0)), Ok(outage(120.0)), Verdict::degraded("drill.slow")),
            (Ok(outage(120.1)), Ok(outage(0.0)), Verdict::fail("drill.slow")),
            (Ok(None), Ok(outage(0.0)), Verdict::fail("drill.no-takeover")),
            (Ok(outage(1.0)), Ok(None), Verdict::fail(NOT_RESTORED)),
            (Ok(None), trouble(), Verdict::fail(NOT_RESTORED)),
            (trouble(), Ok(None), Verdict::fail("device.no-answer")),
        ] {
            let found = judged(&setup("").expect("good"), there, returned, "1");
            assert_eq!(found.verdict, expected, "{}", found.detail);
        }
        let strict = setup("limits = { interruption_s = { good = 2, tolerable = 5 } }").expect("good");
        assert_eq!(judged(&strict, Ok(outage(3.0)), Ok(outage(0.0)), "1").verdict, Verdict::degraded("drill.slow"));
    }

    #[test]
    fn a_wrong_key_is_named() {
        for (keys, part) in [
            ("beat_ms = 5", "20 to 1000"),
            ("answer_ms = 0", "20 to 10000"),
            ("backup = { kind='camera', port='/dev/ttyS0' }", "'line', 'http' or 'device'"),
            ("backup = { kind='line' }", "to"),
            ("limits = { loss = { good = 1 } }", "loss"),
        ] {
            let said = setup(keys).expect_err("wrong");
            assert!(said.contains(part), "{keys}: {said}");
        }
    }

    #[test]
    fn a_run_is_given_up_later_than_it_takes() {
        let work = Work::Drill(Box::new(setup("").expect("good")));
        assert!(work.default_deadline() > work.least_deadline() && work.least_deadline() > Duration::from_secs(240));
    }
}
