//! Every signal with its author and what became of it, within what one author may write.

use super::super::{Fault, Hook, Record, Signal, Standing, Verdict};
use super::{Author, Handler};

/// Bytes of the journal that a dropped file may fill, and how many more with every training batch: a schedule
/// writes some lines per batch for as long as the run takes, a flood fills a disk. Whom the run file names
/// may fill it.
const AT_ONCE: u64 = 16 << 20;
const PER_BATCH: u64 = 4 << 10;

/// What a line holds beside the words of its signal and its verdict.
const PER_LINE: u64 = 200;

impl Handler {
    pub(super) fn journal(
        &mut self,
        author: Author,
        hook: Option<Hook>,
        signal: &Signal,
        verdict: &Verdict,
    ) {
        let at = self.place(hook);
        let member = &mut self.members[author];
        match verdict {
            Verdict::Applied => member.account.applied += 1,
            Verdict::Observed(_) => member.account.observed += 1,
            _ => member.account.refused += 1,
        }
        // JSON doubles a quotation mark.
        member.journaled += PER_LINE + 2 * (signal.text_len() + verdict.text_len()) as u64;
        let author = &self.members[author].name;
        self.records.emit(&Record::Signal { author, at, signal, verdict });
    }

    /// Whether an author may write more; its list is refused unread if not.
    pub(super) fn has_room(&mut self, author: Author, hook: Option<Hook>, signals: usize) -> bool {
        let allowed = AT_ONCE.saturating_add(PER_BATCH.saturating_mul(self.state.iteration));
        let member = &mut self.members[author];
        if member.journaled <= allowed || member.standing != Standing::Dropped {
            return true;
        }
        member.account.refused += signals as u64;
        let text = format!(
            "{signals} signals refused: it has written {} MiB into the journal, the limit of a dropped file is \
             16 MiB and 4 KiB for every batch; name it in the run file to have none",
            member.journaled >> 20
        );
        self.blame(author, hook, &Fault::Violation(text));
        false
    }
}
