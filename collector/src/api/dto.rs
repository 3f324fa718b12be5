//! The answers of the API, word for word as the contract names them.

use std::collections::BTreeMap;

use avow_shared::id::FindingCode;
use avow_shared::place::Level;
use avow_shared::time::UnixMs;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::province::{self, Tree};

use crate::document::archive::Room;
use crate::forget::RecordsRoom;
pub use crate::province::{Class, Counts, FaultLevel};
pub use crate::trouble::Cause;

macro_rules! answers {
    ($($(#[$of:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $kind:ty,)* })*) => {
        $($(#[$of])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $name { $($(#[$meta])* pub $field: $kind,)* })*
    };
}

answers! {
    /// A place on a path.
    PlaceRef {
        /// Its code.
        code: String,
        /// Its name without those of its parents.
        name: String,
        /// Its level.
        #[schema(value_type = LevelName)]
        level: Level,
    }
    /// Whether the server is well.
    Health {
        /// `ok` or `degraded`.
        #[schema(value_type = HealthName)]
        status: String,
        /// What does not work: a code to have words for.
        #[schema(required)]
        trouble: Option<Cause>,
        /// What the system said of it, for whoever repairs it.
        #[schema(required)]
        detail: Option<String>,
        /// The program's version.
        version: String,
        /// The collector's clock.
        now_ms: UnixMs,
        /// When it started.
        started_ms: UnixMs,
        /// `embedded` or `external`.
        #[schema(value_type = BrokerName)]
        broker: String,
        /// Whether the broker is reached.
        broker_connected: bool,
        /// The revision of the newest state.
        revision: u64,
        /// Reports stored a second, over the last seconds.
        reports_per_s: f64,
        /// HQ's public key, hexadecimal.
        hq_key: String,
        /// How long planted faults take to be seen, and whose do not come.
        canaries: CanaryHealth,
        /// The archive of signed documents.
        documents: DocumentsHealth,
        /// The records of roll calls.
        roll_calls: RecordsHealth,
        /// The records of inspection runs.
        inspections: RecordsHealth,
    }
    /// Records, of which those that were signed off or are empty go first when there are too many.
    RecordsHealth {
        /// How many are kept.
        kept: usize,
        /// How many can be.
        most: usize,
        /// `filling` from 90 % on and `full` at the end, as long as the next that goes is one that nobody signed off.
        room: RecordsRoom,
    }
    /// The archive of signed documents.
    DocumentsHealth {
        /// How many it holds.
        kept: usize,
        /// How many it can hold: one more is refused, and none is ever deleted.
        most: usize,
        /// `filling` from 90 % on.
        room: Room,
    }
    /// Synthetic faults that agents plant into their own reports: what they say of the system itself.
    CanaryHealth {
        /// Agents that ever planted one.
        agents: usize,
        /// From planting, by the agent's clock, until readers of HQ saw it: the median over the newest of each agent.
        #[schema(required)]
        p50_ms: Option<u64>,
        /// The same for all but one in a hundred.
        #[schema(required)]
        p99_ms: Option<u64>,
        /// The age of the newest of the agent that sent none for longest.
        #[schema(required)]
        oldest_ms: Option<u64>,
        /// Agents that are connected and yet stopped: their canary does not come.
        stopped: usize,
        /// Some of their venues, at most 5.
        sample: Vec<String>,
    }
    /// A place with what lies directly below.
    PlaceAnswer {
        /// The collector's clock.
        now_ms: UnixMs,
        /// The revision of the state.
        revision: u64,
        /// The place.
        place: PlaceRef,
        /// From the root down to the place.
        path: Vec<PlaceRef>,
        /// Why it is excluded.
        #[schema(required)]
        excluded: Option<String>,
        /// Its sums.
        counts: Counts,
        /// What lies directly below.
        children: Vec<ChildPlace>,
        /// What is wrong, by finding and class, the most urgent first and of those the largest, at most 20.
        problems: Vec<Problem>,
        /// The newest changes, newest first, at most 50.
        changes: Vec<Change>,
    }
    /// A place below another.
    ChildPlace {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
        /// Its level.
        #[schema(value_type = LevelName)]
        level: Level,
        /// Its sums.
        counts: Counts,
        /// Why it is excluded.
        #[schema(required)]
        excluded: Option<String>,
        /// What lies below it, at depth 2 only.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[schema(no_recursion)]
        children: Option<Vec<ChildPlace>>,
    }
    /// A venue that went from one class to another.
    Change {
        /// Counts up by one.
        seq: u64,
        /// Which venue.
        venue: String,
        /// Its name.
        name: String,
        /// The place that it counts in.
        place: String,
        /// The names down to its place.
        place_name: String,
        /// The class before; none for a venue that is new.
        #[schema(required)]
        from: Option<Class>,
        /// The class after.
        to: Class,
        /// What is wrong.
        #[schema(required)]
        finding: Option<String>,
        /// When, by HQ's clock.
        at_ms: UnixMs,
    }
    /// Venues with the same trouble.
    Problem {
        /// The finding, for fail and degraded.
        #[schema(required)]
        finding: Option<String>,
        /// The place whose line is to blame: nothing of it is heard.
        #[schema(required)]
        upstream: Option<PlaceRef>,
        /// Their class.
        class: Class,
        /// 故障级别: the most urgent of theirs.
        level: FaultLevel,
        /// How many there are.
        venues: u32,
        /// Since when the first of them has it.
        since_ms: UnixMs,
        /// Some of them, at most 5.
        sample: Vec<VenueName>,
    }
    /// A venue by name.
    VenueName {
        /// Its code.
        id: String,
        /// Its name.
        name: String,
        /// The names down to its place.
        place_name: String,
    }
    /// One page of venues.
    VenueList {
        /// The collector's clock.
        now_ms: UnixMs,
        /// The revision of the state.
        revision: u64,
        /// How many pass all filters.
        total: usize,
        /// The sums of place and search, before the filter by class.
        counts: Counts,
        /// The page.
        items: Vec<VenueRow>,
    }
    /// A venue in a list.
    VenueRow {
        /// `<place>-<nn>`.
        id: String,
        /// Its name.
        name: String,
        /// The unit that uses it.
        #[schema(required)]
        unit: Option<String>,
        /// The code of its place.
        place: String,
        /// The names down to its place.
        place_name: String,
        /// The level of its place.
        #[schema(value_type = LevelName)]
        level: Level,
        /// Its class; none when it was never heard of or is excluded.
        #[schema(required)]
        class: Option<Class>,
        /// The finding, for fail and degraded.
        #[schema(required)]
        finding: Option<String>,
        /// Why nothing can be said, the probe that is stale, or why it is excluded.
        #[schema(required)]
        why: Option<String>,
        /// Since when it has its class.
        #[schema(required)]
        since_ms: Option<UnixMs>,
        /// The newest signed message.
        #[schema(required)]
        last_ms: Option<UnixMs>,
        /// Whether it sends too.
        two_way: bool,
        /// 网络域, as registered; null: it is not.
        #[schema(required)]
        network: Option<String>,
        /// Whom to call.
        #[schema(required)]
        contact: Option<String>,
        /// Their number.
        #[schema(required)]
        telephone: Option<String>,
        /// Whether its agent is connected.
        connected: bool,
        /// How many backup paths it has.
        backups: u32,
        /// The most urgent state of its backup paths; none when it has no path.
        #[schema(required, value_type = Option<BackupStateName>)]
        backup_state: Option<String>,
        /// When all of its backup paths were last seen to work; none when one never was, or it has none.
        #[schema(required)]
        backup_proven_ms: Option<UnixMs>,
    }
    /// A backup path of a venue: what waits for its turn, and whether a test has seen it work lately enough.
    Backup {
        /// Its name in the venue: `chain/backup`, `device/mic-2`, `probe/ups`.
        id: String,
        /// As people call it.
        name: String,
        /// What it stands in for.
        #[schema(value_type = BackupKindName)]
        kind: String,
        /// How it stands.
        #[schema(value_type = BackupStateName)]
        state: String,
        /// When every part of it was last seen to work; none when a part never was.
        #[schema(required)]
        last_proven_ms: Option<UnixMs>,
        /// Until when that is enough.
        #[schema(required)]
        due_ms: Option<UnixMs>,
        /// It must be proven within so many days.
        within_days: u16,
        /// The probe to look at or to run: the one that fails, else the one whose pass is the oldest or missing.
        #[schema(required)]
        by_probe: Option<String>,
        /// The parts that no probe exercises, as people call them.
        unexercised: Vec<String>,
    }
    /// The backup paths of a place by kind.
    SystemsAnswer {
        /// The collector's clock.
        now_ms: UnixMs,
        /// The revision of the state.
        revision: u64,
        /// From the root down to the place.
        path: Vec<PlaceRef>,
        /// All of the place; the rows add up to it.
        total: SystemRow,
        /// What lies directly below, and before that the place's own venues, if it has any.
        rows: Vec<SystemRow>,
    }
    /// The backup paths at and below one place.
    SystemRow {
        /// Its code.
        code: String,
        /// Its name.
        name: String,
        /// Its level.
        #[schema(value_type = LevelName)]
        level: Level,
        /// Whether these are the place's own venues alone, without those below it.
        own: bool,
        /// Venues that count in a class.
        venues: u32,
        /// How many of them have any backup path.
        with_backup: u32,
        /// One for each kind, always in the same order.
        cells: Vec<SystemCell>,
    }
    /// The backup paths of one kind: the five states add up to `paths`.
    SystemCell {
        /// The kind.
        #[schema(value_type = BackupKindName)]
        kind: String,
        /// Venues that have such a path.
        venues: u32,
        /// Paths.
        paths: u32,
        /// Seen to work within their time.
        proven: u32,
        /// Seen to work too long ago.
        overdue: u32,
        /// A probe of theirs fails.
        failing: u32,
        /// Never seen to work.
        never: u32,
        /// No probe exercises them whole.
        unexercised: u32,
        /// The oldest proof among those that have one.
        #[schema(required)]
        last_proven_ms: Option<UnixMs>,
    }
    /// Everything about one venue.
    VenueAnswer {
        /// The collector's clock.
        now_ms: UnixMs,
        /// The revision of the state.
        revision: u64,
        /// The venue.
        venue: VenueRow,
        /// From the root down to its place.
        path: Vec<PlaceRef>,
        /// Its agent.
        #[schema(required)]
        agent: Option<VenueAgent>,
        /// What stands in it.
        devices: Vec<Device>,
        /// The ways through it.
        chains: Vec<Chain>,
        /// What waits for its turn: backup chains, devices that stand in, power supplies.
        backups: Vec<Backup>,
        /// The newest outcome of each probe.
        outcomes: Vec<Outcome>,
        /// What the presets of its cameras are to show: the newest reference of each that was learnt, by camera and preset.
        references: Vec<PresetReference>,
        /// What its agent told that happened, the newest 50 by report, the newest first; of all venues of that agent.
        events: Vec<AgentEvent>,
        /// The place whose line is to blame for its silence, and how many venues are silent with it.
        #[schema(required)]
        upstream: Option<Upstream>,
        /// Whether it can take part in a run of two venues.
        mouth_to_ear: bool,
        /// Of HQ's meetings the one that counts for it: on, about to begin, just over, or else the next; none when there is none.
        #[schema(required)]
        meeting: Option<VenueMeeting>,
        /// The response (应急响应) that it follows: the highest in force that covers it; none when there is none.
        #[schema(required)]
        response: Option<VenueResponse>,
        /// What is to blame.
        #[schema(required)]
        blame: Option<BlameAnswer>,
    }
    /// A meeting of a venue.
    VenueMeeting {
        /// What people call it.
        title: String,
        /// When it begins.
        from_ms: UnixMs,
        /// When it ends.
        to_ms: UnixMs,
        /// From then on nothing disturbs the venue …
        covers_from_ms: UnixMs,
        /// … until then.
        covers_to_ms: UnixMs,
    }
    /// A line further up that is to blame.
    Upstream {
        /// Whose line it is.
        place: PlaceRef,
        /// So many venues are silent behind it.
        venues: u32,
    }
    /// The agent of a venue.
    VenueAgent {
        /// Its key's id.
        id: String,
        /// Whether it is connected.
        connected: bool,
        /// Its newest signed message.
        #[schema(required)]
        last_signed_ms: Option<UnixMs>,
        /// `unset`, `free` or `synced`.
        #[schema(value_type = ClockName)]
        clock: String,
        /// The greatest error that a synced clock claims.
        #[schema(required)]
        clock_error_ms: Option<u32>,
        /// When its newest canary was seen; none of one that plants none, or at another of its venues.
        #[schema(required)]
        canary_seen_ms: Option<UnixMs>,
        /// How long that took from planting, by the agent's clock.
        #[schema(required)]
        canary_took_ms: Option<u64>,
        /// Whether it is connected and yet its canary does not come.
        stopped: bool,
        /// Its program's version.
        #[schema(required)]
        version: Option<String>,
    }
    /// The response (应急响应) that a venue follows.
    VenueResponse {
        /// Its number.
        id: u64,
        /// As people call it.
        title: String,
        /// 级别.
        level: crate::assurance::Level,
        /// Watches and whispers run once in so many seconds; 0: continuously.
        check_every_s: u32,
        /// 封网: nothing may be changed in the venue now.
        frozen: bool,
    }
    /// A device.
    Device {
        /// Its name in the description.
        id: String,
        /// As people call it.
        name: String,
        /// What it is.
        kind: String,
        /// Maker.
        #[schema(required)]
        make: Option<String>,
        /// Model.
        #[schema(required)]
        model: Option<String>,
        /// Serial number.
        #[schema(required)]
        serial: Option<String>,
        /// Firmware version.
        #[schema(required)]
        firmware: Option<String>,
        /// Port or address, without credentials.
        #[schema(required)]
        address: Option<String>,
        /// The device that it stands in for.
        #[schema(required)]
        backup_for: Option<String>,
        /// How it does: the worst of the newest outcomes of the probes that are about it alone; none when there is none.
        #[schema(required)]
        state: Option<DeviceState>,
        /// What it says of itself; none when no probe has read that.
        #[schema(required)]
        facts: Option<DeviceFacts>,
        /// What became of it, the newest first.
        changes: Vec<DeviceChange>,
    }
    /// How a device does.
    DeviceState {
        /// The probe that says so.
        probe: String,
        /// `pass`, `degraded`, `fail` or `unknown`.
        #[schema(value_type = VerdictName)]
        verdict: String,
        /// What was found.
        #[schema(required)]
        finding: Option<String>,
        /// By the agent's clock.
        at_ms: UnixMs,
        /// Whether it is too old.
        stale: bool,
    }
    /// What a device says of itself, as read off it.
    DeviceFacts {
        /// Maker.
        #[schema(required)]
        make: Option<String>,
        /// Model.
        #[schema(required)]
        model: Option<String>,
        /// Serial number.
        #[schema(required)]
        serial: Option<String>,
        /// Firmware version.
        #[schema(required)]
        firmware: Option<String>,
        /// Hardware address.
        #[schema(required)]
        mac: Option<String>,
        /// How it is set.
        settings: Vec<DeviceSetting>,
        /// When it last said so, as far as HQ was told: at a change, and once a day.
        seen_ms: UnixMs,
        /// The probe that read it last.
        probe: String,
    }
    /// How a device is set in one respect.
    DeviceSetting {
        /// A stable name, `mute`.
        name: String,
        /// As the device says it.
        value: String,
    }
    /// Something that became of a device.
    DeviceChange {
        /// When it was seen.
        at_ms: UnixMs,
        /// `device.seen`, `device.replaced` or `device.firmware-changed`.
        code: String,
        /// The probe that saw it.
        probe: String,
        /// What reads otherwise.
        differences: Vec<DeviceDifference>,
    }
    /// A fact that reads otherwise than before.
    DeviceDifference {
        /// Which.
        #[schema(value_type = DevicePartName)]
        part: String,
        /// Before.
        #[schema(required)]
        was: Option<String>,
        /// Now.
        is: String,
    }
    /// A way from a source to a sink.
    Chain {
        /// Its name in the description.
        id: String,
        /// As people call it.
        name: String,
        /// `main` or `backup`.
        #[schema(value_type = RoleName)]
        role: String,
        /// From source to sink.
        stages: Vec<Stage>,
        /// When every stage that anything tests was last seen to work.
        #[schema(required)]
        last_proven_ms: Option<UnixMs>,
    }
    /// A stage of a chain.
    Stage {
        /// Its name in the description.
        id: String,
        /// As people call it.
        name: String,
        /// The device that it is.
        #[schema(required)]
        device: Option<String>,
        /// What is said of it after blame: `pass`, `degraded`, `fail`, `unknown`; none when nothing tests it.
        #[schema(required, value_type = Option<VerdictName>)]
        verdict: Option<String>,
        /// Whether it may be at fault.
        blamed: bool,
    }
    /// The newest outcome of a probe.
    Outcome {
        /// Its name in the description.
        probe: String,
        /// As people call it.
        name: String,
        /// What it tests.
        kind: String,
        /// `pass`, `degraded`, `fail` or `unknown`.
        #[schema(value_type = VerdictName)]
        verdict: String,
        /// What was found.
        #[schema(required)]
        finding: Option<String>,
        /// Why nothing can be said.
        #[schema(required)]
        why: Option<String>,
        /// One line for a person.
        #[schema(required)]
        detail: Option<String>,
        /// By the agent's clock.
        at_ms: UnixMs,
        /// When HQ got it.
        received_ms: UnixMs,
        /// Whether it is too old.
        stale: bool,
        /// Seconds between two scheduled runs.
        interval_s: u32,
        /// Whether the venue's class rests on it.
        required: bool,
        /// The stages that it covers.
        covers: Vec<String>,
        /// What was measured.
        values: Vec<Measured>,
        /// What proves it.
        evidence: Vec<EvidenceRef>,
        /// The newest outcome with evidence, when this one has none.
        #[schema(required)]
        proof: Option<Proof>,
    }
    /// Something that an agent told.
    AgentEvent {
        /// When it happened, by the agent's clock.
        at_ms: UnixMs,
        /// When HQ got it.
        received_ms: UnixMs,
        /// A stable code, e.g. `meeting.on`; a later agent may have others.
        code: String,
        /// A line for a person.
        text: String,
    }
    /// What a camera shows and where it stands when its preset is as it should be.
    PresetReference {
        /// The camera, by its probe.
        probe: String,
        /// As people call it.
        name: String,
        /// The preset, 0 to 127.
        preset: u8,
        /// 1 for the first that was learnt, and one more for each since.
        version: u32,
        /// When it was learnt, by the agent's clock.
        at_ms: UnixMs,
        /// Where the camera said it stood; none of a camera that does not say.
        #[schema(required)]
        position: Option<CameraPosition>,
        /// What it showed; none where no picture belongs to the camera.
        #[schema(required)]
        picture: Option<EvidenceRef>,
    }
    /// Where a camera looks, in its own steps.
    CameraPosition {
        /// Right is positive.
        pan: i32,
        /// Up is positive.
        tilt: i16,
        /// 0 is wide.
        zoom: u16,
    }
    /// An older outcome that has evidence.
    Proof {
        /// By the agent's clock.
        at_ms: UnixMs,
        /// `pass`, `degraded`, `fail` or `unknown`.
        #[schema(value_type = VerdictName)]
        verdict: String,
        /// What was found then.
        #[schema(required)]
        finding: Option<String>,
        /// What proves it.
        evidence: Vec<EvidenceRef>,
    }
    /// A value.
    Measured {
        /// What was measured.
        name: String,
        /// Its unit, as read after the number.
        unit: String,
        /// The number; none when it is not finite.
        #[schema(required)]
        number: Option<f64>,
        /// The limit beside it, `≤30`, in its unit; where both sides have one, `≤220 ≥30`.
        #[schema(required)]
        limit: Option<String>,
    }
    /// A piece of evidence.
    EvidenceRef {
        /// SHA-256, hexadecimal.
        hash: String,
        /// Its media type.
        media_type: String,
        /// Its length in bytes.
        size: u32,
        /// Whether it is here.
        available: bool,
    }
    /// What is to blame.
    BlameAnswer {
        /// Sets of stages, each of which explains everything; smallest first.
        explanations: Vec<Vec<String>>,
        /// The probe whose answer would tell them apart.
        #[schema(required)]
        separating_probe: Option<String>,
        /// Probes that cannot all be right.
        contradictory: Vec<String>,
    }
    /// The history of a probe.
    HistoryAnswer {
        /// The collector's clock.
        now_ms: UnixMs,
        /// The probe.
        probe: String,
        /// `raw` or `hour`.
        #[schema(value_type = ResolutionName)]
        resolution: String,
        /// The beginning, inclusive.
        from_ms: UnixMs,
        /// The end, exclusive.
        to_ms: UnixMs,
        /// Whether there was more than the bound: the newest are given.
        truncated: bool,
        /// Time and verdict.
        #[schema(value_type = Vec<(u64, VerdictName)>)]
        verdicts: Vec<(UnixMs, String)>,
        /// The values.
        series: Vec<SeriesAnswer>,
    }
    /// The history of a value.
    SeriesAnswer {
        /// What was measured.
        name: String,
        /// Its unit.
        unit: String,
        /// Time and number; means of hours at that resolution.
        points: Vec<(UnixMs, f64)>,
        /// The least of each hour.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        min: Option<Vec<(UnixMs, f64)>>,
        /// The greatest of each hour.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        max: Option<Vec<(UnixMs, f64)>>,
    }
    /// Keys, one page.
    AgentList {
        /// The collector's clock.
        now_ms: UnixMs,
        /// How many there are in all.
        total: usize,
        /// The keys.
        items: Vec<crate::command::AgentItem>,
    }
    /// A decision about a key.
    AgentDecision {
        /// `accept` or `refuse`.
        action: crate::command::Decision,
    }
    /// Where the map comes from.
    MapSource {
        /// In words.
        source: String,
        /// 审图号.
        #[schema(required)]
        approval_number: Option<String>,
    }
    /// The backup that is under way, if one is.
    BackupNow {
        /// The collector's clock.
        now_ms: UnixMs,
        /// There is one at a time.
        #[schema(required)]
        under_way: Option<BackupUnderWay>,
    }
    /// A backup that is made or fetched.
    BackupUnderWay {
        /// When it was asked for.
        since_ms: UnixMs,
        /// `writing`, then `sending`.
        #[schema(value_type = BackupStepName)]
        step: String,
        /// Bytes of this step that are done.
        bytes: u64,
        /// Of about so many, never fewer than `bytes`. While it is written this is an estimate from what lies on the disk: files are as long in a backup,
        /// databases mostly shorter. A backup packs nothing itself; what is packed on the disk already (history, snapshot, documents) is
        /// so in it. While it is sent this is its length.
        about_bytes: u64,
    }
    /// A backup was taken in.
    Restored {
        /// True.
        restored: bool,
        /// What was in the file.
        sections: Vec<RestoredSection>,
    }
    /// A part of a backup.
    RestoredSection {
        /// Its name.
        name: String,
        /// Its length in bytes.
        bytes: u64,
    }
    /// The first event of a stream.
    HelloEvent {
        /// The revision of the state.
        revision: u64,
        /// The collector's clock.
        now_ms: UnixMs,
    }
    /// What changed since the last event.
    DeltaEvent {
        /// The revision of the state.
        revision: u64,
        /// The collector's clock.
        now_ms: UnixMs,
        /// The sums of places that changed.
        counts: BTreeMap<String, Counts>,
        /// New changes.
        changes: Vec<Change>,
        /// Venues with news: those that were asked for, and all when few.
        venues: Vec<String>,
    }
    /// A call to us that has changed.
    InboundNews {
        /// Its number, at `/inbound/{id}`.
        id: u64,
        /// The revision that it has now.
        revision: u64,
    }
    /// What became of calls to us.
    InboundEvent {
        /// The collector's clock.
        now_ms: UnixMs,
        /// How many go on.
        open: usize,
        /// New ones and those that changed; none: only older ones are forgotten.
        calls: Vec<InboundNews>,
    }
    /// The stream has lost events: fetch again.
    ResyncEvent {
        /// The revision of the state.
        revision: u64,
    }
}

impl Change {
    /// In the words of the API.
    #[must_use]
    pub fn of(change: &province::Change, tree: &Tree) -> Self {
        Self {
            seq: change.seq,
            venue: change.venue.to_string(),
            name: change.name.to_string(),
            place: change.place.to_string(),
            place_name: tree.index(change.place).map(|at| tree.full_name(at)).unwrap_or_default(),
            from: change.from,
            to: change.to,
            finding: change.finding.as_ref().map(FindingCode::to_string),
            at_ms: change.at_ms,
        }
    }
}

macro_rules! words {
    ($($(#[$of:meta])* $name:ident { $($(#[$meta:meta])* $word:ident,)* })*) => {
        $($(#[$of])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$meta])* $word,)* })*
    };
}

words! {
    /// The five levels.
    LevelName {
        /// 省.
        Province,
        /// 市.
        City,
        /// 县.
        County,
        /// 乡镇.
        Township,
        /// 村.
        Village,
    }
    /// The judgement of a probe.
    VerdictName {
        /// Within all limits.
        Pass,
        /// A limit of quality is exceeded.
        Degraded,
        /// It does not work.
        Fail,
        /// Nothing can be said.
        Unknown,
    }
    /// What a way through a venue is for.
    RoleName {
        /// The way that is used.
        Main,
        /// The way in reserve.
        Backup,
    }
    /// What is done of a backup.
    BackupStepName {
        /// Its file is written beside the data.
        Writing,
        /// Whoever asked for it fetches it.
        Sending,
    }
    /// What a backup path stands in for.
    BackupKindName {
        /// 线路.
        Line,
        /// 终端.
        Terminal,
        /// 话筒.
        Microphone,
        /// 平台.
        Platform,
        /// 不间断电源.
        Ups,
        /// 其他设备.
        Other,
    }
    /// How a backup path stands.
    BackupStateName {
        /// A probe that is about it alone fails.
        Failing,
        /// It was seen to work, but too long ago.
        Overdue,
        /// It was never seen to work.
        Never,
        /// No probe exercises it whole.
        Unexercised,
        /// It was seen to work within its time.
        Proven,
    }
    /// A part of a device's plate.
    DevicePartName {
        /// Maker.
        Make,
        /// Model.
        Model,
        /// Serial number.
        Serial,
        /// Firmware version.
        Firmware,
        /// Hardware address.
        Mac,
    }
    /// How far an agent's clock may be believed.
    ClockName {
        /// It stands before any possible time.
        Unset,
        /// It runs by itself.
        Free,
        /// It is disciplined.
        Synced,
    }
    /// How close the points of a history lie.
    ResolutionName {
        /// Every outcome.
        Raw,
        /// Hours.
        Hour,
    }
    /// Whether the server is well.
    HealthName {
        /// Yes.
        Ok,
        /// `trouble` says what is not.
        Degraded,
    }
    /// Where the broker is.
    BrokerName {
        /// Inside the collector.
        Embedded,
        /// A program of its own.
        External,
    }
}
