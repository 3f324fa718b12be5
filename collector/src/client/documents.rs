//! `documents`: what was signed off, and whether a saved file still is that.

use avow_shared::hash::{from_hex, to_hex};

use super::args::{DocumentAction, Verify};
use super::call::{Failure, escape};
use super::file::beside;
use super::table::table;
use super::words::Words;
use super::{Session, meetings, read};
use crate::api::documents::{DocumentItem, DocumentList};
use crate::document::archive::{Disproof, Proof, prove};

impl Session {
    pub(super) async fn documents(&self, action: Option<DocumentAction>) -> Result<bool, Failure> {
        match action.unwrap_or(DocumentAction::List { search: None, limit: 20 }) {
            DocumentAction::List { search, limit } => {
                let search = search.map(|search| format!("&q={}", escape(&search))).unwrap_or_default();
                let list: DocumentList = self.server.get(&format!("documents?limit={limit}{search}")).await?;
                self.tell(&list, || text(self.words, &list))?;
                Ok(true)
            }
            DocumentAction::Save { name, saved } => self.save_signed(&name, &saved).await,
            DocumentAction::Verify(verify) => self.verify(verify).await,
        }
    }

    pub(super) async fn verify(&self, Verify { file, seal, key }: Verify) -> Result<bool, Failure> {
        let usage = || Failure::Usage("--key: 64 hexadecimal digits are expected".to_owned());
        let expected: Option<[u8; 32]> = key.as_deref().map(|key| from_hex(key).ok_or_else(usage)).transpose()?;
        let (bytes, sealed) = (read(&file).await?, read(&seal.unwrap_or_else(|| beside(&file))).await?);
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

fn text(words: Words, list: &DocumentList) -> String {
    if list.items.is_empty() {
        return words.say("没有已签发的文件", "nothing was signed off").to_owned();
    }
    let row = |item: &DocumentItem| {
        let DocumentItem { name, title, edition, by, at_ms, .. } = item;
        let title = title.replace('\n', " ");
        vec![meetings::written(*at_ms), title, edition.to_string(), by.clone(), name.clone()]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["签发时间", "标题", "版次", "签发人", "名称"];
    let english = ["signed", "title", "edition", "by", "name"];
    let mut text = table(if words == Words::Chinese { &heading } else { &english }, &rows);
    let more = list.total.saturating_sub(list.items.len());
    if more > 0 {
        text += &match words {
            Words::Chinese => format!("另有 {more} 份未列出：加 --limit，或写要找的文字\n"),
            Words::English => format!("{more} more are not listed: see --limit, or say what to look for\n"),
        };
    }
    text
}
