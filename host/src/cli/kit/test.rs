//! `callbox plugins test`: a plugin against a recorded run.

use anyhow::{Result, anyhow};

use super::golden::{self, Verdict};
use super::stage::{Actor, GENERATED, open_trace, play};
use super::table;
use crate::callback::Descriptor;
use crate::cli::args::TestArgs;
use crate::cli::plugins::Reader;
use crate::cli::print::say;
use crate::cli::{Failure, typed};
use crate::trace::{Line, Played, Trace};

/// Plays a recorded run to a plugin, shows what it did, and compares it with what is expected.
///
/// # Errors
/// A file that is no plugin or no trace; a plugin that does not start, fails, or does otherwise than expected.
pub(in crate::cli) fn test(args: &TestArgs) -> Result<(), Failure> {
    let (trace, actor, descriptor) = prepare(args).map_err(Failure::Usage)?;
    let (played, costs) = play(&trace, actor).map_err(Failure::Run)?;
    if args.json {
        let lines: String = played.lines.iter().map(|line| line.to_text() + "\n").collect();
        say(&lines)?;
    } else {
        say(&title(args, &descriptor, &trace))?;
        say(&table::page(&trace, &played, &costs, args.all))?;
    }
    judge(args, &played)
}

fn prepare(args: &TestArgs) -> Result<(Trace, Actor<'static>, Descriptor)> {
    let known = Reader::new()?.read(&args.play.file)?;
    let trace = open_trace(args.play.trace.as_deref())?;
    let params = typed::parameters(&args.play.set)?;
    let actor = Actor { params, ..Actor::new(&known.descriptor.name, known.prepared) };
    Ok((trace, actor, known.descriptor))
}

fn title(args: &TestArgs, descriptor: &Descriptor, trace: &Trace) -> String {
    let Descriptor { name, version, .. } = descriptor;
    let of = args.play.trace.as_deref().unwrap_or(GENERATED);
    let hooks = trace.lines.iter().filter(|line| matches!(line, Line::Hook(_))).count();
    let cut = if trace.is_cut { ", which breaks off" } else { "" };
    format!(
        "{name} {version} on the trace {of}{cut}: {} epochs, {hooks} hooks\n",
        trace.head.run.n_epochs
    )
}

fn judge(args: &TestArgs, played: &Played) -> Result<(), Failure> {
    let Some(file) = &args.expect else {
        return match faults(played) {
            0 => Ok(()),
            1 => Err(Failure::Run(anyhow!("it failed once; see above"))),
            faults => Err(Failure::Run(anyhow!("it failed {faults} times; see above"))),
        };
    };
    let journal = golden::journal(&played.lines);
    match golden::compare(&journal, file, args.bless).map_err(Failure::Usage)? {
        Verdict::Same => say(&format!("as expected in {}\n", file.display())),
        Verdict::Blessed => {
            let warning = match faults(played) {
                0 => String::new(),
                faults => format!("; {faults} of them are faults"),
            };
            let lines = journal.lines().count();
            say(&format!("wrote {lines} lines into {}{warning}\n", file.display()))
        }
        Verdict::Differs(difference) => Err(Failure::Run(anyhow!(
            "it does otherwise than {} says, {difference}\nif that is right, --bless writes it down",
            file.display()
        ))),
    }
}

fn faults(played: &Played) -> usize {
    played.lines.iter().filter(|line| matches!(line, Line::Fault { .. })).count()
}
