//! What the agent tells HQ that happened, by its stable code. The console has a title for each; a test of the workspace
//! holds the two together.

use avow_shared::facts::What;

macro_rules! codes {
    ($($name:ident = $code:literal,)+) => {
        /// The code of an event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $code] $name,)+
        }

        impl Code {
            /// Every code that an agent may send.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// As it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

codes! {
    AgentStarted = "agent.started",
    SpoolBegunAnew = "spool.begun-anew",
    MeetingOn = "meeting.on",
    MeetingOff = "meeting.off",
    MeetingBegan = "meeting.began",
    MeetingEnded = "meeting.ended",
    CallOn = "call.on",
    CallOff = "call.off",
    InterlockOverridden = "interlock.overridden",
    InterlockRefused = "interlock.refused",
    TestAborted = "test.aborted",
    CameraNotSteered = "camera.not-steered",
    RelayCycled = "relay.cycled",
    RelayRestored = "relay.restored",
    RelayRefused = "relay.refused",
    RelayFailed = "relay.failed",
    DeviceSeen = "device.seen",
    DeviceReplaced = "device.replaced",
    FirmwareChanged = "device.firmware-changed",
    SwitchInterrupted = "switch.interrupted",
    SwitchNotRestored = "switch.not-restored",
    SwitchWaiting = "switch.waiting",
    BaselineLearnt = "baseline.learnt",
}

impl From<What> for Code {
    fn from(what: What) -> Self {
        match what {
            What::Seen => Self::DeviceSeen,
            What::Replaced => Self::DeviceReplaced,
            What::FirmwareChanged => Self::FirmwareChanged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_travels_and_what_became_of_a_device_has_one_code_everywhere() {
        for code in Code::ALL {
            assert!(code.as_str().parse::<avow_shared::id::FindingCode>().is_ok(), "{code:?}");
        }
        for what in [What::Seen, What::Replaced, What::FirmwareChanged] {
            assert_eq!(Code::from(what).as_str(), what.code());
        }
    }
}
