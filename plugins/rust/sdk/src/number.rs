//! Numbers in sentences.

/// A number in at most four significant digits, for reasons and logs: `0.05`, `-1.5`, `2.346e-7`,
/// `inf`.
///
/// `format!` of an `f64` writes the shortest text that reads back the same, and makes a plugin a
/// quarter larger.
#[must_use]
pub fn short(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if value.is_infinite() {
        return format!("{sign}inf");
    }
    let (digits, exponent) = digits(value.abs());
    match exponent {
        -4..=5 => format!("{sign}{}", decimal(digits, exponent)),
        _ => format!("{sign}{}e{exponent}", decimal(digits, 0)),
    }
}

/// `digits · 10^(exponent - 3)`, with four digits; 0 has none.
fn digits(value: f64) -> (u32, i32) {
    if value == 0.0 {
        return (0, 0);
    }
    let (mut scaled, mut exponent) = (value, 3);
    while scaled >= 9_999.5 {
        scaled /= 10.0;
        exponent += 1;
    }
    while scaled < 999.95 {
        scaled *= 10.0;
        exponent -= 1;
    }
    (scaled.round() as u32, exponent)
}

/// `digits · 10^(exponent - 3)` without an exponent and without zeros at its end. (Slices of texts
/// would bring their error messages along, which are as large as all of this.)
fn decimal(mut digits: u32, exponent: i32) -> String {
    let mut place = exponent - 3;
    while place < 0 && digits.is_multiple_of(10) {
        digits /= 10;
        place += 1;
    }
    let mut backwards = Vec::new();
    backwards.extend((0..place).map(|_| '0'));
    let mut until_point = (-place).max(0);
    while digits > 0 || until_point >= 0 {
        backwards.push(char::from(b'0' + (digits % 10) as u8));
        digits /= 10;
        until_point -= 1;
        if until_point == 0 {
            backwards.push('.');
        }
    }
    backwards.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn four_digits_are_enough() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.05, "0.05"),
            (0.000_123_456, "0.0001235"),
            (0.000_012, "1.2e-5"),
            (2.345_67e-7, "2.346e-7"),
            (12_345.6, "12350"),
            (999_999.0, "1e6"),
            (9_999.6, "10000"),
            (0.999_99, "1"),
            (1e300, "1e300"),
            (f64::MIN_POSITIVE, "2.225e-308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }
}
