//! Imports of units by table, and who is expected, by property.

use avow_shared::divisions::Divisions;
use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::province::Tree;
use crate::registry::Registry;
use crate::store::Store;

const HEAD: &str = "单位编码,单位名称,类别,上级单位,地区,会场,共用设备,联系人,电话,免点原因\n";
const NOW: u64 = 1_790_000_000_000;

fn import_over(before: &Register, text: &str) -> Plan {
    plan(before, tree().divisions(), |_| true, Rows::read(text.as_bytes()), false, NOW)
}

fn import(text: &str) -> Register {
    let plan = import_over(&Register::default(), text);
    assert_eq!(plan.report.errors, []);
    plan.next.expect("something changed")
}

fn venue(text: &str) -> VenueId {
    text.parse().expect("a venue of the test")
}

fn unit(text: &str) -> UnitId {
    text.parse().expect("a unit of the test")
}

#[track_caller]
fn check_error(rows: &str, line: u32, part: &str) {
    let plan = import_over(&Register::default(), rows);
    let named = plan.report.errors.iter().any(|error| error.line == line && error.message.contains(part));
    assert!(named, "{:?}", plan.report.errors);
    for error in &plan.report.errors {
        let chinese = error.message_zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(chinese && !error.message.is_empty(), "{error:?}");
    }
    assert!(plan.next.is_none(), "nothing is taken");
}

const GOOD: &str = "mem,应急管理部,上级单位,,,,,,,\n\
    fj,省应急厅,本级机关,mem,35,35-01,,王五,'+86 591,\n\
    fz,福州市局,office,fj,3501,3501-01 3501-02,3501-01+3501-02,,,\n\
    team,救援队,成员单位,fj,3501,3501-03,3501-02+3501-03,,,整建制外调\n\
    car,指挥车,mobile,fz,3501,,,,,\n";

#[test]
fn a_file_takes_the_place_of_the_register_and_twice_is_once() {
    let first = import(&format!("{HEAD}{GOOD}"));
    assert_eq!((first.revision, first.changed_ms, first.len()), (1, Some(NOW), 5));
    let provincial = first.get(&unit("fj")).expect("is there");
    assert_eq!((provincial.kind, provincial.telephone.as_deref()), (UnitKind::Office, Some("+86 591")));
    assert_eq!(first.of(venue("3501-02")), Some(&unit("fz")));
    let again = import_over(&first, &format!("{HEAD}{GOOD}"));
    assert_eq!((again.report.unchanged, again.report.revision, again.next), (5, 1, None));
    let less = import_over(&first, &format!("{HEAD}mem,应急管理部,upper,,,,,,,\nnew,新单位,member,mem,,,,,,\n"));
    let UnitsReport { added, changed, unchanged, removed, revision, .. } = less.report;
    assert_eq!((added, changed, unchanged, removed, revision), (1, 0, 1, 4, 2));
    assert_eq!(less.next.map(|next| next.len()), Some(2));
}

#[test]
fn rooms_that_share_equipment_with_one_share_it_with_all() {
    let register = import(&format!("{HEAD}{GOOD}"));
    let all = ["3501-01", "3501-02", "3501-03"].map(venue);
    for room in all {
        assert_eq!(register.sharing(room), Some(all.as_slice()), "{room}");
    }
    assert_eq!(register.sharing(venue("35-01")), None);
}

#[test]
fn what_is_wrong_is_named_by_line_and_column_with_what_to_do() {
    check_error("name\n甲\n", 1, "单位编码 (unit) is missing");
    check_error(&format!("{HEAD}A B,甲,member\n"), 2, "单位编码 (unit): 'A B' is no code");
    check_error(&format!("{HEAD}export,甲,member\n"), 2, "choose another");
    check_error(&format!("{HEAD}a,,member\n"), 2, "单位名称 (name): a name is expected");
    check_error(&format!("{HEAD}a,甲,厅局\n"), 2, "类别 (kind): expected one of");
    check_error(&format!("{HEAD}a,甲,office\n"), 2, "地区 (place): an office");
    check_error(&format!("{HEAD}a,甲,office,,福州\n"), 2, "地区 (place): '福州' is no code");
    check_error(&format!("{HEAD}a,甲,office,,11\n"), 2, "地区 (place): place 11 is not in the table");
    check_error(&format!("{HEAD}a,甲,member,b\n"), 2, "上级单位 (parent): the file has no unit b");
    check_error(&format!("{HEAD}a,甲,member,b\nb,乙,member,c\nc,丙,member,b\n"), 2, "above itself");
    check_error(&format!("{HEAD}a,甲,member,a\n"), 2, "above itself");
    check_error(&format!("{HEAD}a,甲,member,,,3501-1\n"), 2, "会场 (venues): '3501-1' is no venue");
    check_error(&format!("{HEAD}a,甲,member,,,3501-01 3501-01\n"), 2, "stands twice");
    check_error(&format!("{HEAD}a,甲,member,,,110000001-01\n"), 2, "会场 (venues): place 110000001 is not");
    check_error(&format!("{HEAD}a,甲,member,,,3501-01\nb,乙,member,,,3501-01\n"), 3, "on line 2 already");
    check_error(&format!("{HEAD}a,甲,member\nb,乙,member\na,丙,member\n"), 4, "stands already on line 2");
    check_error(&format!("{HEAD}a,甲,member,,,3501-01,3501-01\n"), 2, "共用设备 (shares): '3501-01' is one room");
    check_error(&format!("{HEAD}a,甲,member,,,3501-01,3501-02+3501-03\n"), 2, "no room of this unit");
}

#[test]
fn a_room_that_nobody_knows_is_taken_and_told() {
    let rows = Rows::read(format!("{HEAD}a,甲,member,,,3501-01 3501-02\n").as_bytes());
    let plan = plan(&Register::default(), tree().divisions(), |id| id.room == 1, rows, true, NOW);
    let notes: Vec<_> = plan.report.notes.iter().map(|note| (note.line, note.message.contains("3501-02"))).collect();
    assert_eq!((notes, plan.report.added, plan.report.revision), (vec![(2, true)], 1, 0));
}

#[test]
fn what_is_exported_imports_as_no_change_and_carries_no_formula() {
    let register = import(&format!("{HEAD}{GOOD}x,=1+1,member,,,,,@王,-1,'=原因\n"));
    let file = export(&register);
    let formula = |cell: &str| cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
    assert!(!file.lines().flat_map(|line| line.split(',')).any(formula), "{file}");
    let plan = import_over(&register, &file);
    assert_eq!((plan.report.unchanged, plan.next.is_none(), plan.report.errors), (6, true, vec![]));
}

#[test]
fn what_is_saved_is_loaded_and_what_is_removed_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), crate::store::Use::SMALL).expect("opens");
    assert_eq!(load(&store).expect("loads"), Register::default());
    let first = import(&format!("{HEAD}{GOOD}"));
    save(&store, &Register::default(), &first).expect("saves");
    assert_eq!(load(&store).expect("loads"), first);
    let next = import_over(&first, &format!("{HEAD}fz,福州市局,office,,3501,3501-09,,,,\n")).next.expect("changes");
    save(&store, &first, &next).expect("saves");
    assert_eq!(load(&store).expect("loads"), next);
}

/// Excludes place 350902 (as a county with a reason) of the whole table.
fn tree() -> &'static Tree {
    static TREE: std::sync::OnceLock<Tree> = std::sync::OnceLock::new();
    TREE.get_or_init(|| {
        let mut registry = Registry::default();
        let entry = crate::registry::Entry { exclusion: Some("未通线路".into()), ..Default::default() };
        registry.places.insert("350902".parse().expect("a place"), Arc::new(entry));
        Tree::new(Divisions::fujian(), &registry)
    })
}

fn room(id: VenueId, exclusion: Option<&str>) -> Room {
    let at = tree().index(id.place).expect("a place of the table");
    let exclusion = exclusion.map(Arc::from).or_else(|| tree().exclusion(at).map(Arc::clone));
    Room { id, at, exclusion }
}

fn place_scope(code: &str) -> Scope {
    Scope::Place(code.parse().expect("a place"))
}

/// Who is expected: unit or room, its rooms, the reason.
fn said(scope: &Scope, register: &Register, rooms: &[Room]) -> Vec<String> {
    let line = |one: Expected| {
        let who = match one.unit {
            Who::Unit(id) => id.to_string(),
            Who::Venue(id) => format!("[{id}]"),
        };
        let venues = one.venues.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        format!("{who}: {venues} {}", one.excused.as_deref().unwrap_or_default()).trim_end().to_owned()
    };
    expected(scope, register, tree(), rooms.iter().cloned()).into_iter().map(line).collect()
}

#[test]
fn a_unit_answers_once_and_a_room_of_none_for_itself() {
    let register = import(&format!("{HEAD}{GOOD}"));
    let codes = ["35-01", "3501-01", "3501-02", "3501-03", "350102-01", "350902-01"];
    let mut rooms: Vec<Room> = codes.map(|code| room(venue(code), None)).into();
    let fuzhou = place_scope("3501");
    assert_eq!(
        said(&fuzhou, &register, &rooms),
        [
            "car:",
            "fz: 3501-01 3501-02",
            "team: 3501-03 整建制外调",
            "[350102-01]:  350102-01".replace("  ", " ").as_str()
        ]
    );
    rooms[1].exclusion = Some("装修".into());
    assert_eq!(said(&fuzhou, &register, &rooms)[1], "fz: 3501-02", "one room is left out, the other answers");
    rooms[2].exclusion = Some("停用".into());
    assert_eq!(said(&fuzhou, &register, &rooms)[1], "fz: 3501-01 3501-02 装修", "no room is left");
    assert_eq!(said(&place_scope("350902"), &register, &rooms), ["[350902-01]: 350902-01 未通线路"]);
    assert_eq!(said(&place_scope("99"), &register, &rooms), [] as [&str; 0]);
    let named = Scope::Units(vec![unit("mem"), unit("fj"), unit("gone")]);
    assert_eq!(said(&named, &register, &rooms), ["fj: 35-01", "mem:"], "who is named is called, also upwards");
    let meeting = Scope::Venues(["3501-02", "350103-07", "3501-03"].map(venue).into());
    assert_eq!(
        said(&meeting, &register, &rooms),
        ["fz: 3501-02 停用", "team: 3501-03 整建制外调", "[350103-07]: 350103-07"],
        "of a unit the rooms that were named, and a room that nobody knows"
    );
}

const PLACES: [&str; 8] = ["35", "3501", "3502", "350102", "350103", "350902", "350102001", "350103001"];

fn some_venue() -> impl Strategy<Value = VenueId> {
    (0..PLACES.len(), 1_u8..4).prop_map(|(place, room)| venue(&format!("{}-{room:02}", PLACES[place])))
}

prop_compose! {
    fn a_unit()(
        kind in 0..4_usize,
        place in prop::option::of(0..PLACES.len()),
        exclusion in prop::option::weighted(0.2, Just(Arc::<str>::from("免点"))),
    ) -> Unit {
        Unit {
            name: "单位".into(),
            kind: UnitKind::ALL[kind],
            parent: None,
            place: place.map(|at| PLACES[at].parse().expect("a place")),
            venues: Vec::new(),
            shares: Vec::new(),
            contact: None,
            telephone: None,
            exclusion,
        }
    }
}

prop_compose! {
    /// A register of which each room is of at most one unit.
    fn a_register()(
        mut units in prop::collection::vec(a_unit(), 0..5),
        owned in prop::collection::btree_map(some_venue(), 0..5_usize, 0..14),
    ) -> Register {
        for (venue, at) in owned {
            if let Some(unit) = units.get_mut(at) {
                unit.venues.push(venue);
            }
        }
        let named = |(n, one): (usize, Unit)| (unit(&format!("u{n}")), Arc::new(one));
        Register::new(1, None, units.into_iter().enumerate().map(named).collect())
    }
}

fn some_rooms() -> impl Strategy<Value = Vec<Room>> {
    prop::collection::btree_map(some_venue(), prop::option::weighted(0.3, Just("停用")), 0..16)
        .prop_map(|rooms| rooms.into_iter().map(|(id, exclusion)| room(id, exclusion)).collect())
}

fn within(room: &Room, code: &str) -> bool {
    tree().is_within(room.at, tree().index(code.parse().expect("a place")).expect("in the table"))
}

proptest! {
    #[test]
    fn an_empty_register_calls_every_room_for_itself_and_excuses_none_of_its_own(rooms in some_rooms(), at in 0..PLACES.len()) {
        let found = expected(&place_scope(PLACES[at]), &Register::default(), tree(), rooms.clone());
        let mut wanted: Vec<_> = rooms.iter().filter(|room| within(room, PLACES[at])).collect();
        wanted.sort_by_key(|room| room.id);
        prop_assert_eq!(found.len(), wanted.len());
        for (found, room) in found.iter().zip(wanted) {
            prop_assert_eq!(&found.unit, &Who::Venue(room.id));
            prop_assert_eq!(&found.venues, &vec![room.id]);
            prop_assert_eq!(&found.excused, &room.exclusion);
        }
    }

    #[test]
    fn every_unit_answers_once_and_every_room_that_is_not_left_out_is_in_exactly_one_answer(
        register in a_register(), rooms in some_rooms(), at in 0..PLACES.len(),
    ) {
        let found = expected(&place_scope(PLACES[at]), &register, tree(), rooms.clone());
        let units: HashSet<_> = found.iter().map(|one| &one.unit).collect();
        prop_assert_eq!(units.len(), found.len());
        let mut called: Vec<VenueId> = found.iter().flat_map(|one| one.venues.clone()).collect();
        called.sort_unstable();
        prop_assert!(called.array_windows().all(|[one, other]| one != other));
        for room in &rooms {
            let is_upper = register.of(room.id).and_then(|id| register.get(id)).is_some_and(|u| u.kind == UnitKind::Upper);
            let is_in = within(room, PLACES[at]) && !is_upper;
            let is_called = called.binary_search(&room.id).is_ok();
            prop_assert!(is_in || !is_called);
            prop_assert!(!is_in || is_called || room.exclusion.is_some());
        }
    }

    #[test]
    fn nobody_is_excused_without_a_reason_and_none_who_can_answer_for_another(
        register in a_register(), rooms in some_rooms(),
    ) {
        for one in expected(&place_scope("35"), &register, tree(), rooms.clone()) {
            let unit = match &one.unit { Who::Unit(id) => register.get(id), Who::Venue(_) => None };
            let own = unit.and_then(|unit| unit.exclusion.clone());
            let usable = rooms.iter().any(|room| one.venues.contains(&room.id) && room.exclusion.is_none());
            match one.excused {
                Some(_) => prop_assert!(own.is_some() || !usable),
                None => prop_assert!(own.is_none() && (usable || one.venues.is_empty())),
            }
        }
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..80), cells in ".{0,60}") {
        let _ = Rows::read(&bytes);
        let text = format!("{HEAD}{cells}\n");
        let _ = plan(&Register::default(), tree().divisions(), |_| true, Rows::read(text.as_bytes()), false, NOW);
    }
}
