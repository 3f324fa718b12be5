//! `groups`: scopes with a name.

use super::args::GroupAction;
use super::call::{Failure, Server};
use super::table::table;
use super::words::Words;
use super::{JSON, Session};
use crate::api::groups::{GroupItem, GroupList, NewGroup};

/// The number of a group that is named by it or by its name.
pub(super) async fn number(server: &Server, named: Option<&str>) -> Result<Option<u64>, Failure> {
    let Some(named) = named else { return Ok(None) };
    let list: GroupList = server.get("groups").await?;
    let by_name = list.items.iter().find(|group| group.name == named).map(|group| group.id);
    let number = by_name.or_else(|| named.parse().ok().filter(|id| list.items.iter().any(|group| group.id == *id)));
    let none = || Failure::Refused { status: 404, detail: format!("there is no group '{named}'") };
    number.map(Some).ok_or_else(none)
}

/// Codes of venues, and those of places.
pub(super) fn split(whom: &[String]) -> (Vec<String>, Vec<String>) {
    whom.iter().cloned().partition(|code| code.contains('-'))
}

impl Session {
    pub(super) async fn groups(&self, action: GroupAction) -> Result<bool, Failure> {
        match action {
            GroupAction::List => {
                let list: GroupList = self.server.get("groups").await?;
                self.tell(&list, || show(self.words, &list.items))?;
            }
            GroupAction::Save { name, whom, except, levels, units, note, by } => {
                let (venues, places) = split(&whom);
                let known: GroupList = self.server.get("groups").await?;
                let before = known.items.iter().find(|group| group.name == name).map(|group| group.id);
                let new = NewGroup { name, note, places, except, levels, venues, units, by };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let item: GroupItem = match before {
                    Some(id) => self.server.put(&format!("groups/{id}"), JSON, body).await?,
                    None => self.server.post("groups", JSON, body).await?,
                };
                self.tell(&item, || show(self.words, std::slice::from_ref(&item)))?;
            }
            GroupAction::Remove { group, confirmed } => {
                let id = number(&self.server, Some(&group)).await?.unwrap_or_default();
                let agreed = if confirmed { "?confirmed=true" } else { "" };
                self.server.delete(&format!("groups/{id}{agreed}")).await?;
                self.tell(&serde_json::json!({ "removed": id }), || self.words.say("已删除", "removed").to_owned())?;
            }
        }
        Ok(true)
    }
}

fn show(words: Words, groups: &[GroupItem]) -> String {
    if groups.is_empty() {
        return words.say("没有保存的分组", "no groups").to_owned();
    }
    let row = |group: &GroupItem| {
        let whom = [&group.places, &group.venues, &group.units].map(|codes| codes.join(" "));
        let whom: Vec<String> = whom.into_iter().filter(|codes| !codes.is_empty()).collect();
        vec![group.id.to_string(), group.name.clone(), whom.join(" "), group.except.join(" "), group.note.clone()]
    };
    let rows: Vec<_> = groups.iter().map(row).collect();
    let heading = ["编号", "名称", "范围", "不含", "说明"];
    let english = ["number", "name", "scope", "but not", "note"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
