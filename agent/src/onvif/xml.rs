//! A reader of the XML that devices answer with: elements, attributes, text, and namespaces by their URI.
//!
//! It borrows from the text and is bounded in size, depth and number. There are no document types and so no entities
//! beyond the five of XML and numbers: nothing that a device sends can grow. A prefix that nobody declared has no
//! namespace, and what follows the last end tag is not looked at: some devices send both.

use std::borrow::Cow;

/// More bytes are not read: profiles of a recorder with 64 channels stay below.
pub const LONGEST: usize = 1024 * 1024;
const DEEPEST: usize = 48;
const MOST: usize = 50_000;

/// Why a text is no document. The places are offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// It ends before its root does.
    #[error("the document is cut")]
    Cut,
    /// Something else than XML stands there.
    #[error("no XML at byte {0}")]
    Form(usize),
    /// It declares a document type, which SOAP forbids (SOAP 1.2 part 1, section 5).
    #[error("a document type at byte {0}")]
    DocumentType(usize),
    /// Longer than 1 MiB, deeper than 48 elements or more than 50 000 of them.
    #[error("the document is too large")]
    TooLarge,
}

/// An element with what stands in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element<'a> {
    /// The URI of its namespace, empty for none.
    pub namespace: Cow<'a, str>,
    /// Its name without a prefix.
    pub name: &'a str,
    /// The elements in it, in their order.
    pub children: Vec<Element<'a>>,
    attributes: Vec<(&'a str, Cow<'a, str>)>,
    text: String,
}

impl Element<'_> {
    /// Whether it is `name` of the namespace `uri`.
    #[must_use]
    pub fn is(&self, uri: &str, name: &str) -> bool {
        self.name == name && self.namespace == uri
    }

    /// Its text without white space at either end.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// An attribute by its name without a prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }
}

/// Reads a document to the end of its root element.
///
/// # Errors
/// When it is cut, too large, or no XML.
pub fn read(text: &str) -> Result<Element<'_>, Bad> {
    if text.len() > LONGEST {
        return Err(Bad::TooLarge);
    }
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Reader { text, at, open: Vec::new(), declared: Vec::new(), count: 0 }.document()
}

/// An element whose end has not come, its name as written, and how many declarations were in force around it.
struct Open<'a> {
    element: Element<'a>,
    written: &'a str,
    declared: usize,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    declared: Vec<(&'a str, Cow<'a, str>)>,
    count: usize,
}

impl<'a> Reader<'a> {
    fn document(mut self) -> Result<Element<'a>, Bad> {
        loop {
            let here = self.at;
            let until = self.text[here..].find('<').ok_or_else(|| self.no_tag(here))?;
            let between = &self.text[here..here + until];
            match self.open.last_mut() {
                Some(open) => open.element.text.push_str(&plain(between, here)?),
                None if between.trim().is_empty() => {}
                None => return Err(Bad::Form(here)),
            }
            self.at += until;
            if let Some(root) = self.markup()? {
                return Ok(root);
            }
        }
    }

    fn no_tag(&self, here: usize) -> Bad {
        let is_other = self.open.is_empty() && !self.text[here..].trim().is_empty();
        if is_other { Bad::Form(here) } else { Bad::Cut }
    }

    /// Whatever begins with `<`; the root when this ends it.
    fn markup(&mut self) -> Result<Option<Element<'a>>, Bad> {
        let rest = &self.text[self.at..];
        if rest.starts_with("<!--") {
            self.skip(4, "-->")?;
        } else if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").ok_or(Bad::Cut)?;
            let open = self.open.last_mut().ok_or(Bad::Form(self.at))?;
            open.element.text.push_str(&data[..end]);
            self.at += "<![CDATA[".len() + end + "]]>".len();
        } else if ["<!--", "<![CDATA["].iter().any(|whole| whole.starts_with(rest)) {
            return Err(Bad::Cut);
        } else if rest.starts_with("<!") {
            return Err(Bad::DocumentType(self.at));
        } else if rest.starts_with("<?") {
            self.skip(2, "?>")?;
        } else if rest.starts_with("</") {
            return self.end();
        } else {
            return self.start();
        }
        Ok(None)
    }

    fn skip(&mut self, opening: usize, closing: &str) -> Result<(), Bad> {
        let from = self.at + opening;
        self.at = from + self.text[from..].find(closing).ok_or(Bad::Cut)? + closing.len();
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Element<'a>>, Bad> {
        let here = self.at;
        self.at += 2;
        let written = self.name()?;
        self.spaces();
        self.exactly(">")?;
        match self.open.pop_if(|open| open.written == written) {
            Some(open) => {
                self.declared.truncate(open.declared);
                Ok(self.close(open.element))
            }
            None => Err(Bad::Form(here)),
        }
    }

    fn start(&mut self) -> Result<Option<Element<'a>>, Bad> {
        self.count += 1;
        if self.count > MOST || self.open.len() == DEEPEST {
            return Err(Bad::TooLarge);
        }
        self.at += 1;
        let (written, declared) = (self.name()?, self.declared.len());
        let mut attributes = Vec::new();
        let is_empty = loop {
            let had_space = self.spaces();
            match self.text[self.at..].bytes().next().ok_or(Bad::Cut)? {
                b'>' => break false,
                b'/' => break true,
                _ if !had_space => return Err(Bad::Form(self.at)),
                _ => {}
            }
            let (name, value) = self.attribute()?;
            match name.split_once(':') {
                Some(("xmlns", prefix)) => self.declared.push((prefix, value)),
                None if name == "xmlns" => self.declared.push(("", value)),
                Some((_, name)) => attributes.push((name, value)),
                None => attributes.push((name, value)),
            }
        };
        self.exactly(if is_empty { "/>" } else { ">" })?;
        let (prefix, name) = written.split_once(':').unwrap_or(("", written));
        let namespace = self.declared.iter().rev().find(|(known, _)| *known == prefix);
        let namespace = namespace.map(|(_, uri)| uri.clone()).unwrap_or_default();
        let element = Element { namespace, name, attributes, ..Element::default() };
        if is_empty {
            self.declared.truncate(declared);
            return Ok(self.close(element));
        }
        self.open.push(Open { element, written, declared });
        Ok(None)
    }

    /// A whole element goes into the one around it, or is the root.
    fn close(&mut self, element: Element<'a>) -> Option<Element<'a>> {
        match self.open.last_mut() {
            Some(around) => {
                around.element.children.push(element);
                None
            }
            None => Some(element),
        }
    }

    fn attribute(&mut self) -> Result<(&'a str, Cow<'a, str>), Bad> {
        let name = self.name()?;
        self.spaces();
        self.exactly("=")?;
        self.spaces();
        let quote = self.text[self.at..].chars().next().ok_or(Bad::Cut)?;
        if quote != '"' && quote != '\'' {
            return Err(Bad::Form(self.at));
        }
        let from = self.at + 1;
        let length = self.text[from..].find(quote).ok_or(Bad::Cut)?;
        let value = &self.text[from..from + length];
        if value.contains('<') {
            return Err(Bad::Form(from));
        }
        self.at = from + length + 1;
        Ok((name, plain(value, from)?))
    }

    fn name(&mut self) -> Result<&'a str, Bad> {
        let rest = &self.text[self.at..];
        let ends = |c: char| c.is_whitespace() || "/>=<\"'&".contains(c);
        let length = rest.find(ends).ok_or(Bad::Cut)?;
        if length == 0 {
            return Err(Bad::Form(self.at));
        }
        self.at += length;
        Ok(&rest[..length])
    }

    fn spaces(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let count = rest.len() - rest.trim_start().len();
        self.at += count;
        count > 0
    }

    fn exactly(&mut self, wanted: &str) -> Result<(), Bad> {
        let rest = &self.text[self.at..];
        if rest.starts_with(wanted) {
            self.at += wanted.len();
            Ok(())
        } else if wanted.starts_with(rest) {
            Err(Bad::Cut)
        } else {
            Err(Bad::Form(self.at))
        }
    }
}

/// Text without references; `at` is where it begins.
fn plain(written: &str, at: usize) -> Result<Cow<'_, str>, Bad> {
    if !written.contains('&') {
        return Ok(written.into());
    }
    let mut plain = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(from) = rest.find('&') {
        plain.push_str(&rest[..from]);
        let bad = Bad::Form(at + (written.len() - rest.len()) + from);
        let (name, behind) = rest[from + 1..].split_once(';').ok_or(bad)?;
        plain.push(reference(name).ok_or(bad)?);
        rest = behind;
    }
    plain.push_str(rest);
    Ok(plain.into())
}

fn reference(name: &str) -> Option<char> {
    let number = |digits: &str, radix| {
        let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        is_number.then(|| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)).flatten()
    };
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => number(name.strip_prefix('#')?, 10),
        },
    }
}

/// `text` as it is written in an element or an attribute. What XML 1.0 cannot hold is left out.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '&' => written.push_str("&amp;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&apos;"),
            c if c < ' ' && !"\t\n\r".contains(c) => {}
            c => written.push(c),
        }
    }
    written
}

#[cfg(test)]
mod tests;
