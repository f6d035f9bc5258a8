use callbox::callback::Value;
use callbox_tests::{Drive, member};

/// One epoch of the driven run as the plugin saw it: hook, phase, and where it stood.
#[test]
fn hooks_come_in_the_loops_order() {
    let seen = Drive::one(member("every-hook")).run().seen;
    let lines = seen.texts("log", "line");
    let short = |line: &String| {
        let field = |name: &str| {
            let start = line.find(&format!("{name}=")).unwrap() + name.len() + 1;
            line[start..].split(' ').next().unwrap().to_owned()
        };
        format!(
            "{:<15}{} {}.{} after {} batches, {} samples",
            field("hook"), field("phase"), field("epoch"), field("batch"), field("iteration"), field("samples")
        )
    };
    let hooks = lines.iter().filter(|line| line.contains("hook=") && !line.contains("hook=finish"));
    let first_two_batches_and_validation: Vec<String> = hooks
        .map(short)
        .filter(|line| line.contains(" 0.") && !line.contains("train 0.2 ") && !line.contains("train 0.3 "))
        .collect();
    insta::assert_snapshot!(first_two_batches_and_validation.join("\n"));
}

#[test]
fn finish_comes_last_and_is_told_how_it_ended() {
    let seen = Drive::one(member("every-hook").with("every", Value::Integer(100))).run().seen;
    let lines = seen.texts("log", "line");
    let last = lines.last().unwrap();
    assert!(last.contains("hook=finish") && last.contains("outcome=completed"), "{last}");
}
