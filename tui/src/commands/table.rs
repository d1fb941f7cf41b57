//! Tables for people.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Rows in aligned columns without lines, the first being the header; columns of numbers to the right.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.add_rows(rows);
    let is_number =
        |cell: &String| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if rows.iter().skip(1).all(|row| is_number(&row[index])) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<_> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}
