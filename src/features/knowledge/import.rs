//! From a file to articles: Markdown has one below each heading, CSV has one in each line.

/// An article as a file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub tags: Vec<String>,
    pub sku: Option<String>,
}

/// Articles of a Markdown text: each heading of the first two levels begins one. What stands before the first heading has
/// no title and is left out.
pub fn markdown(text: &str) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")).filter(|_| !is_code);
        if let Some(heading) = heading {
            drafts.push(Draft {
                title: heading.trim().trim_end_matches('#').trim().to_owned(),
                ..Draft::default()
            });
        } else if let Some(draft) = drafts.last_mut() {
            draft.body.push_str(line);
            draft.body.push('\n');
        }
    }
    // A heading over headings has no text of its own.
    drafts.retain(|draft| !draft.body.trim().is_empty());
    drafts
}

/// Articles of a CSV text. The first line names the columns: title, body, tags, sku, in Russian or English and in any
/// order; without names the first two columns are title and body. Commas, semicolons or tabs divide.
pub fn csv(text: &str, names: &[(&str, Column)]) -> Vec<Draft> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = records(text, divider(text)).into_iter();
    let Some(first) = lines.next() else { return Vec::new() };
    let known = |cell: &str| {
        let cell = cell.trim().to_lowercase();
        names.iter().find(|(name, _)| *name == cell).map(|(_, column)| *column)
    };
    let columns: Vec<Option<Column>> = first.iter().map(|cell| known(cell)).collect();
    let has_names = columns.contains(&Some(Column::Body));
    let columns = if has_names { columns } else { vec![Some(Column::Title), Some(Column::Body)] };
    let all = (!has_names).then_some(first).into_iter().chain(lines);
    all.map(|cells| draft(&columns, cells)).collect()
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Title,
    Body,
    Tags,
    Sku,
}

fn draft(columns: &[Option<Column>], cells: Vec<String>) -> Draft {
    let mut draft = Draft::default();
    for (column, cell) in columns.iter().zip(cells) {
        match column {
            Some(Column::Title) => draft.title = cell,
            Some(Column::Body) => draft.body = cell,
            Some(Column::Tags) => draft.tags = cell.split([',', ';', '|']).map(str::to_owned).collect(),
            Some(Column::Sku) => draft.sku = Some(cell),
            None => {}
        }
    }
    draft
}

/// Whatever stands most often in the first line.
fn divider(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    [';', '\t', ','].into_iter().max_by_key(|divider| first.matches(*divider).count()).unwrap_or(',')
}

/// Lines and cells; what stands in quotation marks may hold dividers and line ends.
fn records(text: &str, divider: char) -> Vec<Vec<String>> {
    let (mut records, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if is_quoted || cell.is_empty() => is_quoted = !is_quoted,
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                cells.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut cells));
            }
            c if c == divider && !is_quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        records.push(cells);
    }
    records.retain(|cells| cells.iter().any(|cell| !cell.trim().is_empty()));
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [(&str, Column); 4] =
        [("title", Column::Title), ("body", Column::Body), ("tags", Column::Tags), ("sku", Column::Sku)];

    fn titles_and_texts(drafts: &[Draft]) -> Vec<(&str, &str)> {
        drafts.iter().map(|draft| (draft.title.as_str(), draft.body.trim())).collect()
    }

    #[test]
    fn each_heading_of_a_markdown_text_begins_an_article() {
        let text = "before\n# Washing\n## Jackets ##\nAt 30.\n\n```\n# no heading\n```\n### Dry\nIn the air.\n# Sizes\nSee.";
        let drafts = markdown(text);
        assert_eq!(
            titles_and_texts(&drafts),
            [("Jackets", "At 30.\n\n```\n# no heading\n```\n### Dry\nIn the air."), ("Sizes", "See.")]
        );
        assert!(markdown("no heading at all").is_empty());
    }

    #[test]
    fn a_csv_text_is_read_by_the_names_of_its_columns_or_by_their_order() {
        let named = "\u{feff}tags;TITLE;sku;body\r\nwash, care;Jackets;77;\"At 30; \"\"never\"\"\r\nhotter\"\r\n;;;\r\n";
        let drafts = csv(named, &NAMES);
        assert_eq!(titles_and_texts(&drafts), [("Jackets", "At 30; \"never\"\r\nhotter")]);
        assert_eq!((drafts[0].tags.len(), drafts[0].sku.as_deref()), (2, Some("77")));
        let plain = csv("Jackets,At 30\nSizes,\"See, please\"", &NAMES);
        assert_eq!(titles_and_texts(&plain), [("Jackets", "At 30"), ("Sizes", "See, please")]);
        assert!(csv("", &NAMES).is_empty());
    }
}
