//! `roll-call list|show|report|sign|verify|link`: the calls that were called, and their records.

use std::path::{Path, PathBuf};

use avow_shared::hash::{from_hex, to_hex};

use super::args::{RollCallAction, ScheduleAction};
use super::call::{Failure, escape};
use super::table::table;
use super::words::Words;
use super::{JSON, Session, meetings, read, roll_call, write};
use crate::api::documents::DocumentItem;
use crate::api::links::{MadeLink, NewLink};
use crate::api::roll_call::record::NewSignOff;
use crate::api::roll_call::{RollCallItem, RollCallList};
use crate::api::sealing::DocumentEditions;
use crate::document::archive::{Disproof, Proof, prove};
use crate::roll_call::Kind;

/// A kind by its word.
pub(super) fn kind(word: &str) -> Option<Kind> {
    [Kind::Duty, Kind::BeforeMeeting, Kind::SpotCheck, Kind::Emergency].into_iter().find(|kind| kind.word() == word)
}

impl Session {
    pub(super) async fn calls(&self, action: RollCallAction) -> Result<bool, Failure> {
        match action {
            RollCallAction::List { limit } => {
                let list: RollCallList = self.server.get(&format!("roll-calls?limit={limit}")).await?;
                self.tell(&list, || list_text(self.words, &list))?;
                Ok(true)
            }
            RollCallAction::Show { id } => {
                let done = roll_call::read(&self.server, id).await?;
                self.tell(&done.json(), || roll_call::show(self.words, &done))?;
                Ok(done.is_complete())
            }
            RollCallAction::Report { id, form, out } => {
                let out = out.unwrap_or_else(|| PathBuf::from(format!("roll-call-{id}.{form}")));
                self.report(&format!("roll-calls/{id}"), &form, &out).await
            }
            RollCallAction::Sign { id, by, notice, reason } => {
                let new = NewSignOff { by, notice, kind: None, reason };
                let body = serde_json::to_vec(&new).unwrap_or_default();
                let item: DocumentItem = self.server.post(&format!("roll-calls/{id}/sign"), JSON, body).await?;
                self.tell(&item, || signed(self.words, &item))?;
                Ok(true)
            }
            RollCallAction::Verify { file, seal, key } => self.verify(&file, seal, key.as_deref()).await,
            RollCallAction::Link { id, venue, by } => {
                let body = serde_json::to_vec(&NewLink { by }).unwrap_or_default();
                let path = format!("roll-calls/{id}/venues/{}/link", escape(&venue));
                let made: MadeLink = self.server.post(&path, JSON, body).await?;
                self.tell(&made, || format!("{}{}", self.server.base(), made.path))?;
                Ok(true)
            }
            RollCallAction::Schedules { action } => self.schedules(action.unwrap_or(ScheduleAction::List)).await,
        }
    }

    /// Writes the report of a record, `roll-calls/7`; once it was signed off, its newest edition. The seal is fetched before the file is
    /// written: who has a signed report has its seal.
    pub(super) async fn report(&self, of: &str, form: &str, out: &Path) -> Result<bool, Failure> {
        let editions: DocumentEditions = self.server.get(&format!("{of}/editions")).await?;
        let newest = editions.items.first();
        let path = match newest {
            Some(item) => format!("documents/{}?form={form}", item.name),
            None => format!("{of}/report?form={form}"),
        };
        let bytes = self.bytes(&path).await?;
        if let Some(item) = newest {
            let seal = self.bytes(&format!("documents/{}?form=seal", item.name)).await?;
            write(&beside(out), &seal).await?;
        }
        write(out, &bytes).await?;
        let told = serde_json::json!({ "file": out, "bytes": bytes.len(), "edition": newest });
        self.tell(&told, || self.words.written(out, bytes.len() as u64))?;
        Ok(true)
    }

    async fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let response = self.server.get_response(path).await?;
        let bytes = response.bytes().await.map_err(|error| Failure::Broken(error.to_string()))?;
        Ok(bytes.to_vec())
    }

    async fn verify(&self, file: &Path, seal: Option<PathBuf>, key: Option<&str>) -> Result<bool, Failure> {
        let usage = || Failure::Usage("--key: 64 hexadecimal digits are expected".to_owned());
        let expected: Option<[u8; 32]> = key.map(|key| from_hex(key).ok_or_else(usage)).transpose()?;
        let (bytes, sealed) = (read(file).await?, read(&seal.unwrap_or_else(|| beside(file))).await?);
        let proof = prove(&bytes, &sealed);
        let is_good = proof.as_ref().is_ok_and(|proof| expected.is_none_or(|key| proof.key.bytes() == key));
        let told = match &proof {
            Ok(proof) => serde_json::json!({
                "intact": true,
                "key": to_hex(&proof.key.bytes()),
                "key_as_expected": expected.map(|key| proof.key.bytes() == key),
                "name": proof.name,
                "form": proof.form,
                "seal": proof.seal,
            }),
            Err(error) => serde_json::json!({ "intact": false, "reason": error.to_string() }),
        };
        self.tell(&told, || proven(self.words, &proof, expected))?;
        Ok(is_good)
    }
}

fn beside(file: &Path) -> PathBuf {
    let mut seal = file.as_os_str().to_owned();
    seal.push(".seal");
    PathBuf::from(seal)
}

fn proven(words: Words, proof: &Result<Proof, Disproof>, expected: Option<[u8; 32]>) -> String {
    let Proof { seal, key, .. } = match proof {
        Ok(proof) => proof,
        Err(Disproof::Signature(_)) => {
            return words
                .say(
                    "✗ 签名无效：不是签发文件的封签，或已被改动",
                    "✗ the signature is wrong: no seal, or it was changed",
                )
                .to_owned();
        }
        Err(Disproof::Format) => {
            return words
                .say(
                    "✗ 封签格式未知：请用更新的版本核验",
                    "✗ the seal is of an unknown format; a newer program may know it",
                )
                .to_owned();
        }
        Err(Disproof::Other) => {
            return words
                .say(
                    "✗ 文件与封签不符：已被改动，或封签属于另一份文件",
                    "✗ the file is not the one that was signed off",
                )
                .to_owned();
        }
    };
    let compare = match expected {
        Some(expected) if expected == key.bytes() => words.say("✓ 与所给公钥一致", "✓ as given"),
        Some(_) => words.say("✗ 与所给公钥不符", "✗ another key than the one given"),
        None => words.say("请与中心公布的公钥核对", "to be compared with the key that HQ shows"),
    };
    let lines = [
        words.say("✓ 文件与签发时一致", "✓ the file is as it was signed off").to_owned(),
        format!("{}{}", words.say("标题：", "title: "), seal.title),
        format!("{}{}", words.say("版次：", "edition: "), seal.edition),
        format!("{}{} {}", words.say("确认：", "signed: "), seal.by, meetings::written(seal.at_ms)),
        format!("{}{}  {compare}", words.say("公钥：", "key: "), to_hex(&key.bytes())),
    ];
    lines.join("\n")
}

pub(super) fn signed(words: Words, item: &DocumentItem) -> String {
    match words {
        Words::Chinese => format!("已签发 第 {} 版  {}  {}", item.edition, item.by, item.name),
        Words::English => format!("signed off  edition {}  {}  {}", item.edition, item.by, item.name),
    }
}

fn list_text(words: Words, list: &RollCallList) -> String {
    if list.items.is_empty() {
        return words.say("没有点名记录", "no roll calls").to_owned();
    }
    let row = |item: &RollCallItem| {
        let kind = match item.kind {
            Kind::Duty => words.say("值班点名", "duty"),
            Kind::BeforeMeeting => words.say("会前点名", "before a meeting"),
            Kind::SpotCheck => words.say("抽查", "spot check"),
            Kind::Emergency => words.say("应急连线", "emergency"),
        };
        let state = match (item.edition, item.ended_ms) {
            (0, None) => words.say("进行中", "open").to_owned(),
            (0, Some(_)) => words.say("未签发", "not signed").to_owned(),
            (edition, _) => match words {
                Words::Chinese => format!("已签发 第 {edition} 版"),
                Words::English => format!("signed, edition {edition}"),
            },
        };
        let rate = item.rate.map_or_else(|| "—".to_owned(), |rate| format!("{:.1}%", rate * 100.0));
        let by =
            item.schedule.as_ref().map_or_else(|| item.operator.clone(), |schedule| format!("⏱ {}", schedule.name));
        vec![
            item.id.to_string(),
            meetings::written(item.given_ms),
            kind.to_owned(),
            item.title.clone(),
            by,
            item.tally.expected.to_string(),
            rate,
            state,
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["编号", "时间", "类别", "名称", "发起", "应点", "应答率", "记录"];
    let english = ["number", "time", "kind", "title", "by", "expected", "rate", "record"];
    table(if words == Words::Chinese { &heading } else { &english }, &rows)
}
