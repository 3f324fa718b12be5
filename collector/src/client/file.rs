//! What the server writes, as files: reports with their seals, and registers.

use std::path::{Path, PathBuf};

use super::args::{Output, Saved};
use super::call::Failure;
use super::words::Words;
use super::{Session, put, write};
use crate::api::sealing::DocumentEditions;

const FORMS: [&str; 3] = ["html", "xlsx", "docx"];

/// A document at the server.
pub(super) struct Of {
    /// Where it is made as of now, with its question.
    pub(super) report: String,
    /// Where the editions are that were signed off; none for what nobody signs.
    pub(super) editions: Option<String>,
    /// What its file is called when nobody says it, without the ending.
    pub(super) stem: String,
}

/// Where a document goes.
enum Place {
    Out,
    File(PathBuf),
}

impl Session {
    /// Saves a document; once it was signed off, its newest edition with its seal beside. The seal is fetched before the file is written: who
    /// has a signed report has its seal.
    pub(super) async fn save_document(&self, of: Of, saved: &Saved) -> Result<bool, Failure> {
        let (place, form) = place(self.words, saved, &of.stem)?;
        let newest = match &of.editions {
            Some(path) => self.server.get::<DocumentEditions>(path).await?.items.into_iter().next(),
            None => None,
        };
        let path = match &newest {
            Some(item) => format!("documents/{}?form={form}", item.name),
            None => format!("{}{}form={form}", of.report, if of.report.contains('?') { '&' } else { '?' }),
        };
        self.save_from(&path, place, newest.as_ref().map(|item| &*item.name), &newest).await
    }

    /// Saves one that was signed off by its name, with its seal.
    pub(super) async fn save_signed(&self, name: &str, saved: &Saved) -> Result<bool, Failure> {
        let (place, form) = place(self.words, saved, name.get(..16).unwrap_or(name))?;
        self.save_from(&format!("documents/{}?form={form}", super::escape(name)), place, Some(name), &None::<()>).await
    }

    async fn save_from<T: serde::Serialize>(
        &self,
        path: &str,
        place: Place,
        sealed: Option<&str>,
        edition: &T,
    ) -> Result<bool, Failure> {
        let bytes = self.bytes(path).await?;
        let file = match place {
            Place::Out => return self.show_bytes(&bytes),
            Place::File(file) => file,
        };
        let seal = match sealed {
            Some(name) => {
                let (seal, bytes) =
                    (beside(&file), self.bytes(&format!("documents/{}?form=seal", super::escape(name))).await?);
                write(&seal, &bytes).await?;
                Some(seal)
            }
            None => None,
        };
        write(&file, &bytes).await?;
        let told = serde_json::json!({ "file": file, "bytes": bytes.len(), "edition": edition, "seal": seal });
        let text = || match &seal {
            Some(seal) => format!(
                "{}\n{}{}",
                self.words.written(&file, bytes.len() as u64),
                self.words.say("封签：", "its seal: "),
                seal.display()
            ),
            None => self.words.written(&file, bytes.len() as u64),
        };
        self.tell(&told, text)?;
        Ok(true)
    }

    /// Saves what is no document: a register.
    pub(super) async fn save_text(&self, file: &Path, bytes: &[u8]) -> Result<bool, Failure> {
        write(file, bytes).await?;
        let told = serde_json::json!({ "file": file, "bytes": bytes.len() });
        self.tell(&told, || self.words.written(file, bytes.len() as u64))?;
        Ok(true)
    }

    pub(super) fn show_bytes(&self, bytes: &[u8]) -> Result<bool, Failure> {
        if self.json {
            let why =
                self.words.say("--json 与 -o - 不能同用：标准输出只能写一样", "--json and -o - do not go together");
            return Err(Failure::Usage(why.to_owned()));
        }
        put(&mut std::io::stdout().lock(), bytes).map(|()| true)
    }

    pub(super) async fn bytes(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let response = self.server.get_response(path).await?;
        let bytes = response.bytes().await.map_err(|error| Failure::Broken(error.to_string()))?;
        Ok(bytes.to_vec())
    }
}

/// The file of a register; none is standard output.
pub(super) fn named(output: &Output) -> Option<&Path> {
    output.place().filter(|file| *file != Path::new("-"))
}

/// The seal of a file.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut seal = file.as_os_str().to_owned();
    seal.push(".seal");
    PathBuf::from(seal)
}

/// Where a document goes and in which form: as said, else as the file's ending says; a file that says neither is none.
fn place(words: Words, saved: &Saved, stem: &str) -> Result<(Place, String), Failure> {
    let said = saved.form.clone();
    let Some(file) = saved.output.place() else {
        let form = said.unwrap_or_else(|| "docx".to_owned());
        return Ok((Place::File(PathBuf::from(format!("{stem}.{form}"))), form));
    };
    if file == Path::new("-") {
        return Ok((Place::Out, said.unwrap_or_else(|| "docx".to_owned())));
    }
    let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    let form = said.or(ending).filter(|form| FORMS.contains(&form.as_str()));
    let wrong = || {
        let file = file.display();
        Failure::Usage(match words {
            Words::Chinese => format!("{file}：文件名应以 .html、.xlsx 或 .docx 结尾，或用 --form 指定格式"),
            Words::English => format!("{file}: a name that ends with .html, .xlsx or .docx is expected, or --form"),
        })
    };
    form.map(|form| (Place::File(file.to_owned()), form)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: Option<&str>, form: Option<&str>, expected: Option<(&str, &str)>) {
        let output = Output { output: output.map(PathBuf::from), file: None };
        let saved = Saved { output, form: form.map(str::to_owned) };
        let found = place(Words::English, &saved, "roll-call-7").ok().map(|(place, form)| match place {
            Place::Out => ("-".to_owned(), form),
            Place::File(file) => (file.display().to_string(), form),
        });
        let expected = expected.map(|(file, form)| (file.to_owned(), form.to_owned()));
        assert_eq!(found, expected, "{saved:?}");
    }

    #[test]
    fn a_form_is_said_or_the_ending_of_the_file() {
        check(None, None, Some(("roll-call-7.docx", "docx")));
        check(None, Some("html"), Some(("roll-call-7.html", "html")));
        check(Some("a.XLSX"), None, Some(("a.XLSX", "xlsx")));
        check(Some("a.txt"), Some("html"), Some(("a.txt", "html")));
        check(Some("a.html"), Some("docx"), Some(("a.html", "docx")));
        check(Some("-"), None, Some(("-", "docx")));
        check(Some("-"), Some("html"), Some(("-", "html")));
        check(Some("a.pdf"), None, None);
        check(Some("a"), None, None);
    }
}
