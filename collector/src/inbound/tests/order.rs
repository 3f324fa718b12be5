//! In which order checks run, whatever there is to check.

use std::collections::BTreeMap;

use super::*;

fn some_step() -> impl Strategy<Value = Step> {
    (0..7_usize, 0..3_usize, 1..30_u64).prop_map(|(what, lane, about_s)| {
        let what = match what {
            0..4 => What::Main(Need::ALL[what]),
            4 => What::Backup(None),
            5 => What::Backup(Some(Need::Line)),
            _ => What::Backup(Some(Need::Microphone)),
        };
        step(what, "p", [Lane::Free, Lane::Sight, Lane::Sound][lane], about_s)
    })
}

/// Plays a call whose checks all pass and take as long as they usually do; when each was known, and what ran at once.
fn played(steps: Vec<Step>) -> (Call, Vec<(StepNo, u64)>, Vec<Vec<StepNo>>) {
    let abouts: Vec<u64> = steps.iter().map(|step| step.about_ms).collect();
    let (mut call, mut effects) = call(steps);
    let (mut ends, mut known, mut together) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut now = T0;
    loop {
        for effect in effects.drain(..) {
            if let Effect::Run(no) = effect {
                ends.insert((now + abouts[usize::from(no)], no), ());
            }
        }
        together.push(ends.keys().map(|(_, no)| *no).collect());
        let Some(((at, no), ())) = ends.pop_first() else { break };
        now = at;
        known.push((no, now - T0));
        effects = call.handle(pass(no), now);
    }
    (call, known, together)
}

#[test]
fn in_half_a_minute_all_that_is_needed_is_known() {
    let (call, known, _) = played(room());
    assert!(known.iter().all(|(_, at)| *at <= 30 * S), "{known:?}");
    assert_eq!(call.ready, Some(Way::Main));
}

proptest! {
    #[test]
    fn every_step_runs_once_within_its_bounds_and_none_waits_for_nothing(steps in prop::collection::vec(some_step(), 0..20)) {
        let (call, known, together) = played(steps.clone());
        prop_assert_eq!(known.len(), steps.len());
        for running in together {
            prop_assert!(running.len() <= MOST_AT_ONCE);
            for lane in [Lane::Sight, Lane::Sound] {
                prop_assert!(running.iter().filter(|no| steps[usize::from(**no)].lane == lane).count() <= 1);
            }
        }
        let is_seen = steps.iter().any(|step| matches!(step.what, What::Main(Need::Line | Need::Picture)));
        prop_assert_eq!(call.ready.is_some(), is_seen);
        let last_preset = known.iter().filter(|(no, _)| steps[usize::from(*no)].what == What::Main(Need::Preset)).map(|(_, at)| *at).max();
        for (no, at) in &known {
            let step = &steps[usize::from(*no)];
            prop_assert!(!step.after_preset || last_preset.is_none_or(|preset| at - step.about_ms >= preset));
        }
    }

    #[test]
    fn one_after_the_other_the_order_is_the_best_there_is(abouts in prop::collection::vec((1..30_u64, any::<bool>()), 1..6)) {
        let one = |(about_s, needed): &(u64, bool)| {
            step(if *needed { What::Main(Need::Microphone) } else { What::Backup(None) }, "p", Lane::Sound, *about_s)
        };
        let steps: Vec<Step> = abouts.iter().map(one).collect();
        let weight = |no: usize| if abouts[no].1 { 4 } else { 1 };
        let cost = |order: &[usize]| {
            let (mut at, mut sum) = (0, 0);
            for no in order {
                at += abouts[*no].0;
                sum += at * weight(*no);
            }
            sum
        };
        let (_, known, _) = played(steps);
        let found: Vec<usize> = known.iter().map(|(no, _)| usize::from(*no)).collect();
        let mut best = u64::MAX;
        let mut order: Vec<usize> = (0..abouts.len()).collect();
        each_order(&mut order, 0, &mut |order| best = best.min(cost(order)));
        prop_assert_eq!(cost(&found), best);
    }
}

fn each_order(order: &mut Vec<usize>, from: usize, see: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return see(order);
    }
    for at in from..order.len() {
        order.swap(from, at);
        each_order(order, from + 1, see);
        order.swap(from, at);
    }
}
