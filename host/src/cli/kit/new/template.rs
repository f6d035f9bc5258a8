//! A language's template, made a plugin: another name, and only the hooks that were asked for.
//!
//! The template is a plugin itself, which is built and tested in the repository. Lines with `[hook NAME]` and
//! `[/hook]`, in any kind of comment, enclose what belongs to one hook.

use anyhow::{Result, bail};

/// The names that the template's plugin has in file formats and in code.
const KEBAB: &str = "my-plugin";
const SNAKE: &str = "my_plugin";
const CAMEL: &str = "MyPlugin";

/// What the template does at batch-end, as its texts say it, and what is left without.
const DEED: [(&str, &str); 3] = [
    ("Stops training as soon as the loss is good enough", "Logs when it is called"),
    ("stops training as soon as the loss is good enough", "logs when it is called"),
    (
        "Training stops when the smoothed loss is below this.",
        "A number to begin with; nothing uses it yet.",
    ),
];

/// What a plugin is to be.
pub(super) struct Template<'a> {
    /// In kebab-case.
    pub(super) name: &'a str,
    /// The hooks that it is called at.
    pub(super) hooks: &'a [&'static str],
}

impl Template<'_> {
    /// A text of the template as the plugin has it.
    ///
    /// # Errors
    /// Blocks that are not closed, or nested.
    pub(super) fn fill(&self, text: &str) -> Result<String> {
        let kept = self.kept(text)?;
        let stops = self.hooks.contains(&"batch-end");
        let told = DEED
            .iter()
            .filter(|_| !stops)
            .fold(kept, |text, (stops, logs)| text.replace(stops, logs));
        Ok(told
            .replace(KEBAB, self.name)
            .replace(SNAKE, &self.name.replace('-', "_"))
            .replace(CAMEL, &self.camel()))
    }

    fn camel(&self) -> String {
        let word = |word: &str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        self.name.split('-').map(word).collect()
    }

    /// Without the markers, and without the blocks of other hooks.
    fn kept(&self, text: &str) -> Result<String> {
        let mut kept = String::with_capacity(text.len());
        let mut block: Option<&str> = None;
        for line in text.split_inclusive('\n') {
            match (mark(line), block) {
                (Some(Mark::Hook(name)), None) => block = Some(name),
                (Some(Mark::End), Some(_)) => block = None,
                (Some(_), _) => bail!("a hook's block is nested or not open: {}", line.trim()),
                (None, Some(name)) if !self.hooks.contains(&name) => {}
                (None, _) => kept.push_str(line),
            }
        }
        match block {
            Some(name) => bail!("the block of {name} is not closed"),
            None => Ok(kept),
        }
    }
}

enum Mark<'a> {
    Hook(&'a str),
    End,
}

fn mark(line: &str) -> Option<Mark<'_>> {
    if line.contains("[/hook]") {
        return Some(Mark::End);
    }
    let (_, rest) = line.split_once("[hook ")?;
    rest.split_once(']').map(|(name, _)| Mark::Hook(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
class MyPlugin # my-plugin
  # [hook step-end]
  def my_plugin_steps
  # [/hook]
  /* [hook batch-end] */
  def ends
  /* [/hook] */
";

    #[test]
    fn the_blocks_of_other_hooks_are_left_out_and_names_replaced() {
        let template = Template { name: "good-enough", hooks: &["batch-end"] };
        assert_eq!(template.fill(TEXT).unwrap(), "class GoodEnough # good-enough\n  def ends\n");
        let template = Template { name: "ema", hooks: &["step-end"] };
        assert_eq!(template.fill(TEXT).unwrap(), "class Ema # ema\n  def ema_steps\n");
    }

    #[test]
    fn what_does_not_stop_does_not_say_so() {
        let text = "/** Stops training as soon as the loss is good enough. */\n";
        let filled = |hooks: &[&'static str]| Template { name: "x", hooks }.fill(text).unwrap();
        assert_eq!(filled(&["batch-end"]), text);
        assert_eq!(filled(&["valid-end"]), "/** Logs when it is called. */\n");
    }

    #[test]
    fn a_block_that_is_not_closed_is_told() {
        let template = Template { name: "x", hooks: &[] };
        assert!(template.fill("# [hook step-end]\n").is_err());
        assert!(template.fill("# [/hook]\n").is_err());
        assert!(template.fill("# [hook a]\n# [hook b]\n").is_err());
    }
}
