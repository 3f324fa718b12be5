//! `units`: the register of who takes part in conferences.

use std::path::Path;

use super::args::{Output, UnitAction};
use super::call::{Failure, escape};
use super::file::named;
use super::table::table;
use super::words::Words;
use super::{Session, read, show};
use crate::api::MOST_ROWS;
use crate::api::units::{UnitItem, UnitList};
use crate::units::{UnitKind, UnitsReport};

/// A unit as a program reads it, with those right below it.
#[derive(serde::Serialize)]
struct Below<'a> {
    #[serde(flatten)]
    unit: &'a UnitItem,
    units_below: &'a [UnitItem],
}

impl Session {
    pub(super) async fn units(&self, action: UnitAction) -> Result<bool, Failure> {
        match action {
            UnitAction::Import { file, dry_run } => self.import_units(&file, dry_run).await,
            UnitAction::Export(output) => self.export_units(&output).await,
            UnitAction::List { search } => {
                let list = self.all_units(search.as_deref().unwrap_or_default()).await?;
                self.tell(&list, || list_text(self.words, &list))?;
                Ok(true)
            }
            UnitAction::Show { unit } => {
                let item: UnitItem = self.server.get(&format!("units/{}", escape(&unit))).await?;
                let below = match item.below {
                    0 => Vec::new(),
                    _ => self.pages(&format!("units?parent={}", escape(&unit))).await?.items,
                };
                let told = Below { unit: &item, units_below: &below };
                self.tell(&told, || one(self.words, &item, &below))?;
                Ok(true)
            }
        }
    }

    async fn import_units(&self, file: &Path, dry_run: bool) -> Result<bool, Failure> {
        let bytes = read(file).await?;
        let report: UnitsReport = self.server.put(&format!("units?dry_run={dry_run}"), "text/csv", bytes).await?;
        self.tell(&report, || imported(self.words, &report))?;
        Ok(report.errors.is_empty())
    }

    async fn export_units(&self, output: &Output) -> Result<bool, Failure> {
        let bytes = self.bytes("units/export").await?;
        match named(output) {
            Some(file) => self.save_text(file, &bytes).await,
            None => self.show_bytes(&bytes),
        }
    }

    /// Page after page; an import meanwhile may cut the list, which is harmless for people.
    async fn all_units(&self, search: &str) -> Result<UnitList, Failure> {
        self.pages(&format!("units?q={}", escape(search))).await
    }

    async fn pages(&self, question: &str) -> Result<UnitList, Failure> {
        let path = |offset: usize| format!("{question}&limit={MOST_ROWS}&offset={offset}");
        let mut all: UnitList = self.server.get(&path(0)).await?;
        while all.items.len() < all.total {
            let next: UnitList = self.server.get(&path(all.items.len())).await?;
            if next.items.is_empty() {
                break;
            }
            all.items.extend(next.items);
        }
        Ok(all)
    }
}

fn imported(words: Words, report: &UnitsReport) -> String {
    let UnitsReport { rows, added, changed, unchanged, removed, encoding, dry_run, .. } = report;
    let verb = if *dry_run { words.say("试导入", "dry run") } else { words.say("已导入", "imported") };
    let said = match words {
        Words::Chinese => format!(
            "{verb} {rows} 个单位（{encoding}）：新增 {added}，修改 {changed}，未变 {unchanged}，删除 {removed}\n"
        ),
        Words::English => format!(
            "{verb}: {rows} units ({encoding}): {added} added, {changed} changed, {unchanged} unchanged, {removed} removed\n"
        ),
    };
    show::outcome(words, said, &report.errors, &report.notes)
}

const fn kind(words: Words, kind: UnitKind) -> &'static str {
    words.say(kind.chinese(), kind.word())
}

fn list_text(words: Words, list: &UnitList) -> String {
    if list.items.is_empty() && list.revision > 0 {
        return words.say("没有符合的单位", "no unit fits").to_owned();
    }
    if list.items.is_empty() {
        return words
            .say(
                "没有单位：每个会场按一个单位计，用 units import 导入",
                "no units: each room counts as one; see units import",
            )
            .to_owned();
    }
    let heading = ["编码", "名称", "类别", "地区", "会场", "免点原因"];
    let english = ["code", "name", "kind", "place", "rooms", "excused because"];
    let row = |item: &UnitItem| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            item.unit.clone(),
            item.name.clone(),
            kind(words, item.kind).to_owned(),
            text(&item.place),
            item.venues.join(" "),
            text(&item.exclusion),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}

fn one(words: Words, item: &UnitItem, below: &[UnitItem]) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    let list = |list: &[String], between: &str| if list.is_empty() { "—".to_owned() } else { list.join(between) };
    let groups: Vec<String> = item.shares.iter().map(|group| group.join("+")).collect();
    let lines = [
        (words.say("编码", "code"), item.unit.clone()),
        (words.say("名称", "name"), item.name.clone()),
        (words.say("类别", "kind"), kind(words, item.kind).to_owned()),
        (words.say("上级单位", "above it"), text(&item.parent)),
        (words.say("下级单位", "below it"), item.below.to_string()),
        (words.say("地区", "place"), text(&item.place)),
        (words.say("会场", "rooms"), list(&item.venues, " ")),
        (words.say("共用设备", "shared equipment"), list(&groups, " ")),
        (words.say("联系人", "contact"), text(&item.contact)),
        (words.say("电话", "telephone"), text(&item.telephone)),
        (words.say("免点原因", "excused because"), text(&item.exclusion)),
    ];
    let rows: Vec<_> = lines.into_iter().map(|(what, value)| vec![what.to_owned(), value]).collect();
    let mut text = table(&[words.say("项目", "what"), words.say("内容", "value")], &rows);
    if !below.is_empty() {
        let row = |item: &UnitItem| {
            vec![
                item.unit.clone(),
                item.name.clone(),
                kind(words, item.kind).to_owned(),
                item.below.to_string(),
                item.venues.join(" "),
            ]
        };
        let heading = ["下级单位", "名称", "类别", "下级", "会场"];
        let english = ["below it", "name", "kind", "below", "rooms"];
        let rows: Vec<_> = below.iter().map(row).collect();
        text += &format!("\n{}", table(if words == Words::Chinese { &heading } else { &english }, &rows));
    }
    text
}
