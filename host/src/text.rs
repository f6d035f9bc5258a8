//! Text from a guest or a file name, made fit for a terminal and a log.

use std::borrow::Cow;

/// At most `max` bytes of it, on one line, without control and bidirectional characters.
#[must_use]
pub fn clean(text: &str, max: usize) -> Cow<'_, str> {
    let kept = cut(text, max);
    if kept.len() == text.len() && !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut line: String = kept.chars().filter_map(harmless).collect();
    if kept.len() < text.len() {
        line.push('…');
    }
    Cow::Owned(line)
}

/// The longest beginning of at most `max` bytes that ends between two characters.
fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

/// Line breaks and tabs part words, so they become a space; the rest goes.
fn harmless(c: char) -> Option<char> {
    match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        c if is_harmful(c) => None,
        c => Some(c),
    }
}

/// Control characters can drive a terminal; bidirectional and invisible ones make text read as what
/// it is not.
pub(crate) fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(clean("lr → 0.1, größer", 100), Cow::Borrowed("lr → 0.1, größer")));
    }

    #[test]
    fn escapes_and_direction_marks_go() {
        assert_eq!(
            clean("\x1b[2Jgone\u{202e}txt.exe\u{2066}\u{9b}1m\u{7f}\r", 100),
            "[2Jgonetxt.exe1m"
        );
        assert_eq!(clean("panicked at x.rs:1:\nboom\tnow", 100), "panicked at x.rs:1: boom now");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(clean("ää", 3), "ä…");
        assert_eq!(clean("abc", 3), "abc");
    }
}
