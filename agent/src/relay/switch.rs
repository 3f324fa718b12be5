//! Switches a relay off and on again. Power comes back however this ends: at its time, when who waits gives up, when
//! something panics, when the bus fails for a while. Only when the process is killed it does not; the next start of the
//! agent gives it back before anything else.

use std::time::Duration;

use embedded_hal::digital::{OutputPin, PinState};
use tokio::task::JoinSet;

use crate::bus::{Line, Output, Trouble, blocking};

/// Power that does not come back is tried again so often, and so long after each.
const TRIES: u32 = 30;
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A relay as it is wired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// Its GPIO line.
    pub line: Line,
    /// The level at which its device is without power.
    pub off_level: PinState,
    /// For how long.
    pub off: Duration,
}

impl Wiring {
    const fn on_level(&self) -> PinState {
        match self.off_level {
            PinState::Low => PinState::High,
            PinState::High => PinState::Low,
        }
    }

    /// Gives power to the device, whatever was before.
    ///
    /// # Errors
    /// When the line cannot be driven.
    pub async fn power_on(&self) -> Result<(), Trouble> {
        let (line, level) = (self.line.clone(), self.on_level());
        blocking(move || Output::open(&line, level).map(|_| ())).await
    }

    /// Takes the power and gives it back.
    ///
    /// # Errors
    /// When the line cannot be driven; [`NotBack`](Failed::NotBack) is the one that leaves a device without power.
    pub async fn cycle(self) -> Result<(), Failed> {
        let (line, on) = (self.line.clone(), self.on_level());
        let open = move || Output::open(&line, on);
        cycle(open, on, self.off_level, self.off).await
    }
}

/// Why a cycle failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Power was never taken.
    #[error("未断电：{0}")]
    NotOff(Trouble),
    /// Power did not come back.
    #[error("供电未恢复，请立即到现场：{0}")]
    NotBack(Trouble),
}

/// Gives the power back when it is dropped.
struct Off<P: OutputPin> {
    pin: Option<P>,
    on: PinState,
}

impl<P: OutputPin> Drop for Off<P> {
    fn drop(&mut self) {
        if let Some(pin) = &mut self.pin {
            // Nobody is left to be told; the next start tries again.
            let _ = pin.set_state(self.on);
        }
    }
}

async fn cycle<P: OutputPin<Error = Trouble> + Send + 'static>(
    open: impl Fn() -> Result<P, Trouble> + Clone + Send + 'static,
    on: PinState,
    off_level: PinState,
    off: Duration,
) -> Result<(), Failed> {
    let opened = open.clone();
    // From here on the pin is under guard: also when nobody waits for this any more.
    let taken = blocking(move || {
        let mut off = Off { pin: Some(opened()?), on };
        if let Some(pin) = &mut off.pin {
            pin.set_state(off_level)?;
        }
        Ok(off)
    });
    let mut guard = taken.await.map_err(Failed::NotOff)?;
    tokio::time::sleep(off).await;
    let mut last = Trouble::Other { what: String::new(), detail: String::new() };
    for _ in 0..TRIES {
        let (open, held) = (open.clone(), guard);
        let (back, tried) = give_back(open, held, on).await;
        guard = back;
        match tried {
            Ok(()) => return Ok(()),
            Err(trouble) => last = trouble,
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
    Err(Failed::NotBack(last))
}

/// Sets the line, opened anew when it was lost.
async fn give_back<P: OutputPin<Error = Trouble> + Send + 'static>(
    open: impl Fn() -> Result<P, Trouble> + Send + 'static,
    mut held: Off<P>,
    on: PinState,
) -> (Off<P>, Result<(), Trouble>) {
    let tried = tokio::task::spawn_blocking(move || {
        let tried = match &mut held.pin {
            Some(pin) => pin.set_state(on),
            None => open().and_then(|mut pin| {
                let set = pin.set_state(on);
                held.pin = Some(pin);
                set
            }),
        };
        if tried.is_err() {
            // Perhaps the controller is gone and comes back under a new handle.
            held.pin = None;
        }
        (held, tried)
    });
    tried.await.unwrap_or_else(|error| {
        let trouble = Trouble::Other { what: "GPIO".to_owned(), detail: error.to_string() };
        (Off { pin: None, on }, Err(trouble))
    })
}

/// The cycles that run.
#[derive(Debug, Default)]
pub struct Switches {
    runs: JoinSet<(usize, Result<(), Failed>)>,
}

impl Switches {
    /// Begins a cycle of the relay `at`.
    pub fn start(&mut self, at: usize, wiring: Wiring) {
        self.runs.spawn(async move { (at, wiring.cycle().await) });
    }

    /// The next end. May be dropped while it waits.
    pub async fn next(&mut self) -> (usize, Result<(), Failed>) {
        loop {
            match self.runs.join_next().await {
                None => return std::future::pending().await,
                Some(Ok(ended)) => return ended,
                // A panic gave the power back already; its cycle stays unended in the ledger.
                Some(Err(error)) => tracing::error!(%error, "a relay"),
            }
        }
    }

    /// Gives all power back at once.
    pub async fn stop(&mut self) {
        self.runs.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A line that notes its levels; it refuses those sets whose count stands in `fails`.
    #[derive(Clone, Default)]
    struct Bench {
        levels: Arc<Mutex<Vec<PinState>>>,
        sets: Arc<Mutex<u32>>,
        fails: std::ops::Range<u32>,
    }

    struct Pin(Bench);

    impl embedded_hal::digital::ErrorType for Pin {
        type Error = Trouble;
    }

    impl OutputPin for Pin {
        fn set_low(&mut self) -> Result<(), Trouble> {
            self.set_state(PinState::Low)
        }

        fn set_high(&mut self) -> Result<(), Trouble> {
            self.set_state(PinState::High)
        }

        fn set_state(&mut self, level: PinState) -> Result<(), Trouble> {
            let mut sets = self.0.sets.lock().expect("whole");
            *sets += 1;
            if self.0.fails.contains(&*sets) {
                return Err(Trouble::Stuck("bench".to_owned()));
            }
            self.0.levels.lock().expect("whole").push(level);
            Ok(())
        }
    }

    impl Bench {
        fn failing(fails: std::ops::Range<u32>) -> Self {
            Self { fails, ..Self::default() }
        }

        async fn cycle(&self) -> Result<(), Failed> {
            let bench = self.clone();
            cycle(move || Ok(Pin(bench.clone())), PinState::Low, PinState::High, Duration::from_secs(10)).await
        }

        fn levels(&self) -> Vec<PinState> {
            self.levels.lock().expect("whole").clone()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn power_goes_and_comes_back_after_its_time() {
        let bench = Bench::default();
        let began = tokio::time::Instant::now();
        assert_eq!(bench.cycle().await, Ok(()));
        assert!(began.elapsed() >= Duration::from_secs(10));
        let levels = bench.levels();
        assert_eq!((levels[0], levels.last()), (PinState::High, Some(&PinState::Low)), "{levels:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_in_the_middle_leaves_power_on() {
        let bench = Bench::default();
        let given_up = tokio::time::timeout(Duration::from_secs(3), bench.cycle()).await;
        assert!(given_up.is_err());
        assert_eq!(bench.levels(), [PinState::High, PinState::Low]);
    }

    #[tokio::test(start_paused = true)]
    async fn power_that_does_not_come_back_is_tried_again() {
        let bench = Bench::failing(2..5);
        assert_eq!(bench.cycle().await, Ok(()));
        assert_eq!(bench.levels().last(), Some(&PinState::Low));
        let dead = Bench::failing(2..1_000);
        assert!(matches!(dead.cycle().await, Err(Failed::NotBack(Trouble::Stuck(_)))));
        assert!(*dead.sets.lock().expect("whole") > TRIES);
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_cannot_be_driven_was_never_off() {
        let bench = Bench::failing(1..2);
        assert!(matches!(bench.cycle().await, Err(Failed::NotOff(_))));
        assert!(!bench.levels().contains(&PinState::High));
        let missing = Wiring {
            line: "no-such-label:1".parse().expect("a line"),
            off_level: PinState::High,
            off: Duration::from_secs(1),
        };
        assert!(matches!(missing.clone().cycle().await, Err(Failed::NotOff(Trouble::NoChip { .. }))));
        assert!(missing.power_on().await.is_err());
    }
}
