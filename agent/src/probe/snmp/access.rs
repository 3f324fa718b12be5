//! Who asks a device by SNMP: as the configuration says it, with what is secret in files of its own.

use std::path::{Path, PathBuf};

use crate::config::{Fields, Wrong};
use crate::snmp::crypto::Proof;
use crate::snmp::session;
use crate::snmp::usm::User;

/// Who asks.
#[derive(Clone, Debug)]
pub enum Access {
    /// v2c; without a file the community is `public`.
    Community(Option<PathBuf>),
    /// v3.
    User {
        /// As the device knows him.
        name: String,
        /// How messages are proven, and the file of the password.
        auth: Option<(Proof, PathBuf)>,
        /// The file of the password for AES-128.
        privacy: Option<PathBuf>,
    },
}

/// A password has at least so many characters (RFC 3414, section 11.2); devices refuse shorter ones.
const SHORTEST: usize = 8;
/// No device takes a longer one.
const LONGEST: usize = 255;

impl Access {
    /// Takes the keys `version`, `community_file`, `user`, `auth`, `auth_password_file`, `privacy_password_file`.
    pub(crate) fn take(table: &mut Fields) -> Result<Self, Wrong> {
        let is_three = table.word("version", &[("2c", false), ("3", true)], false)?;
        let path = |text: Option<smol_str::SmolStr>| text.map(|text| PathBuf::from(text.as_str()));
        let community = path(table.text_if("community_file")?);
        let user = table.text_if("user")?;
        let proof = table.word("auth", &[("sha1", Proof::Sha1), ("sha256", Proof::Sha256)], Proof::Sha1)?;
        let auth = path(table.text_if("auth_password_file")?).map(|file| (proof, file));
        let privacy = path(table.text_if("privacy_password_file")?);
        match (is_three, community, user) {
            (false, community, None) if auth.is_none() && privacy.is_none() => Ok(Self::Community(community)),
            (false, _, _) => {
                Err(table.wrong("version", "expected '3' where there is a user or a password, found '2c'"))
            }
            (true, Some(_), _) => Err(table.wrong("community_file", "expected none with version '3'")),
            (true, None, None) => Err(table.wrong("user", "expected a text with version '3', found nothing")),
            (true, None, Some(name)) if name.is_empty() || name.len() > 32 => {
                Err(table.wrong("user", format_args!("expected 1 to 32 bytes, found '{name}'")))
            }
            (true, None, Some(_)) if privacy.is_some() && auth.is_none() => {
                Err(table
                    .wrong("auth_password_file", "expected a file where there is a privacy password, found nothing"))
            }
            (true, None, Some(name)) => Ok(Self::User { name: name.into(), auth, privacy }),
        }
    }

    /// With what stands in the files; or which cannot be used.
    pub(crate) async fn load(&self) -> Result<session::Access, String> {
        Ok(match self {
            Self::Community(None) => session::Access::Community("public".to_owned()),
            Self::Community(Some(file)) => session::Access::Community(first_line(file, 1).await?),
            Self::User { name, auth, privacy } => {
                let auth = match auth {
                    None => None,
                    Some((proof, file)) => Some((*proof, first_line(file, SHORTEST).await?)),
                };
                let privacy = match privacy {
                    None => None,
                    Some(file) => Some(first_line(file, SHORTEST).await?),
                };
                session::Access::User(User { name: name.clone(), auth, privacy })
            }
        })
    }
}

async fn first_line(file: &Path, shortest: usize) -> Result<String, String> {
    let unusable = |why: &dyn std::fmt::Display| format!("口令文件 {} 不可用：{why}", file.display());
    let text = tokio::fs::read_to_string(file).await.map_err(|error| unusable(&error))?;
    let line = text.lines().next().unwrap_or_default();
    if (shortest..=LONGEST).contains(&line.len()) {
        Ok(line.to_owned())
    } else {
        Err(unusable(&format_args!("第一行应为 {shortest} 至 {LONGEST} 字节")))
    }
}
