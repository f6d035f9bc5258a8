//! Tables and histograms whose parts fit together.

use crate::callback::{Histogram, Table};

pub(super) fn check_table(table: &Table) -> Result<(), String> {
    let Table { name, rows, columns, values } = table;
    let cells = rows.len().checked_mul(columns.len());
    if cells == Some(values.len()) {
        return Ok(());
    }
    Err(format!(
        "`table {name}` has {} rows, {} columns and {} values; rows times columns of them are \
         expected",
        rows.len(),
        columns.len(),
        values.len()
    ))
}

pub(super) fn check_histogram(histogram: &Histogram) -> Result<(), String> {
    let Histogram { name, edges, counts } = histogram;
    if edges.len() != counts.len() + 1 {
        return Err(format!(
            "`histogram {name}` has {} edges for {} counts; one more is expected",
            edges.len(),
            counts.len()
        ));
    }
    // NaN is not ascending either.
    if edges.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    Err(format!("`histogram {name}`: its edges must ascend"))
}
