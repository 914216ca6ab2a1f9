//! `gaffe tags`: the taxonomy, printed, changed and carried over to other projects.

use super::export::to;
use super::print::{self, Format, Table};
use super::review::is_no_project;
use super::{decisions, locate, say};
use crate::analysis::names::near_duplicates;
use crate::dataset::{
    DecideError, Event, Ledger, NewTag, Split, Stamp, Tag, TagEdit, same_tag_name,
};
use crate::ingest::Preset;
use crate::media::text;
use crate::project::{Project, now, whoami};
use crate::tui::keymap::Keymap;
use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  gaffe tags\n  gaffe tags add causes\n  gaffe tags merge blurred blurry\n  \
        gaffe tags export -o my-tags.toml"
)]
pub struct TagsArgs {
    #[command(subcommand)]
    command: Option<TagsCommand>,
    #[command(flatten)]
    format: Format,
}

#[derive(Subcommand)]
enum TagsCommand {
    /// List the sets of tags that can be added
    #[command(after_help = "Example:\n  gaffe tags presets --json")]
    Presets {
        #[command(flatten)]
        format: Format,
    },
    /// Add the tags of a preset that are missing
    #[command(after_help = "Examples:\n  gaffe tags add pictures\n  gaffe tags add my-tags.toml")]
    Add {
        /// The preset's name, or a file of tags
        preset: String,
    },
    /// Write the tags as a preset, for other projects
    #[command(after_help = "Example:\n  gaffe tags export -o my-tags.toml")]
    Export {
        /// The file to write [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Give a tag another name
    #[command(after_help = "Example:\n  gaffe tags rename blurry 'out of focus'")]
    Rename {
        /// The tag
        tag: String,
        /// Its new name
        name: String,
        /// Also where a tag is called nearly the same
        #[arg(long)]
        yes: bool,
    },
    /// Give the examples of a tag another one, and delete it
    #[command(after_help = "Example:\n  gaffe tags merge blurred blurry --yes")]
    Merge {
        /// The tag that goes
        tag: String,
        /// The tag that its examples get
        into: String,
        /// Do it; without, the examples are counted
        #[arg(long)]
        yes: bool,
    },
    /// Delete a tag, from its examples too
    #[command(after_help = "Example:\n  gaffe tags delete 'odd item' --yes")]
    Delete {
        /// The tag
        tag: String,
        /// Do it; without, the examples are counted
        #[arg(long)]
        yes: bool,
    },
}

/// Prints or changes the taxonomy.
pub fn run(told: Option<&Path>, args: &TagsArgs, out: &mut dyn Write) -> Result<()> {
    if let Some(TagsCommand::Presets { format }) = &args.command {
        let presets = match locate(told, None) {
            Ok(project) => project.presets()?,
            // Those of the program are there without a project.
            Err(error) if told.is_none() && is_no_project(&error) => Preset::built_in(),
            Err(error) => return Err(error),
        };
        return list_presets(&presets, *format, out);
    }
    let project = locate(told, None)?;
    match &args.command {
        None => list(&project, args.format, out),
        Some(TagsCommand::Export { output }) => export(&project, output.as_deref(), out),
        Some(change) => change_tags(&project, change),
    }
}

#[derive(Serialize)]
struct TagRow {
    tag: String,
    key: Option<char>,
    train: usize,
    dev: usize,
    test: usize,
    description: String,
    example: Option<String>,
}

const FIELDS: [&str; 7] = ["tag", "key", "train", "dev", "test", "description", "example"];

impl TagRow {
    fn new(tag: &Tag, ledger: &Ledger) -> Self {
        let on = |split| ledger.touched(tag.id, split).here;
        Self {
            tag: tag.name.clone(),
            key: tag.key,
            train: on(Split::Train),
            dev: on(Split::Dev),
            test: on(Split::Test),
            description: tag.description.clone(),
            example: tag.example.as_ref().map(|by| format!("{}/{}", by.split, by.id)),
        }
    }
}

/// The tags as they are, or as they will be when the review is first opened.
pub fn taxonomy(project: &Project) -> Result<Ledger> {
    let keymap = Keymap::standard()?;
    let mut ledger = decisions(project)?;
    project.set_up(&mut ledger, |letter| keymap.is_reserved(letter))?;
    Ok(ledger)
}

fn list(project: &Project, format: Format, out: &mut dyn Write) -> Result<()> {
    let ledger = taxonomy(project)?;
    let rows: Vec<TagRow> = ledger.tags().iter().map(|tag| TagRow::new(tag, &ledger)).collect();
    if format.json {
        return print::json(&rows, out);
    }
    if format.csv {
        return print::csv(&FIELDS, &rows, out);
    }
    if rows.is_empty() {
        let add = project.command("tags add general");
        return Ok(writeln!(out, "no tags yet; for a start: {}", text::line(&add))?);
    }
    let mut table = Table::new(&["key", "tag", "train", "dev", "test", "given when"]);
    for row in rows {
        let key = row.key.map_or_else(String::new, String::from);
        let counts = [row.train, row.dev, row.test].map(print::count);
        let [train, dev, test] = counts;
        let name = text::fit(&row.tag, 24);
        table.row([key, name, train, dev, test, text::fit(&row.description, 33)]);
    }
    Ok(table.print(out)?)
}

fn list_presets(presets: &[Preset], format: Format, out: &mut dyn Write) -> Result<()> {
    if format.json {
        return print::json(&presets, out);
    }
    if format.csv {
        let row = |preset: &Preset, tag: &NewTag| {
            [preset.name.clone(), tag.name.clone(), tag.description.clone()]
        };
        let rows: Vec<_> =
            presets.iter().flat_map(|p| p.tags.iter().map(move |tag| row(p, tag))).collect();
        return print::csv(&["preset", "tag", "description"], &rows, out);
    }
    for preset in presets {
        writeln!(out, "{}", text::line(&preset.name))?;
        for tag in &preset.tags {
            writeln!(out, "  {:<22}  {}", text::line(&tag.name), text::line(&tag.description))?;
        }
    }
    Ok(())
}

fn export(project: &Project, file: Option<&Path>, out: &mut dyn Write) -> Result<()> {
    let ledger = taxonomy(project)?;
    ensure!(!ledger.tags().is_empty(), "there are no tags to export");
    let new = |tag: &Tag| NewTag {
        name: tag.name.clone(),
        description: tag.description.clone(),
        key: tag.key,
    };
    let tags: Vec<NewTag> = ledger.tags().iter().map(new).collect();
    let written = Preset::to_toml(&tags)?;
    to(file, project, out, |out| Ok(out.write_all(written.as_bytes())?))?;
    say(&format!("{} tags", tags.len()));
    Ok(())
}

/// What a change needs: the decisions, and the letters that commands have.
struct Draft {
    ledger: Ledger,
    keymap: Keymap,
}

type Changed = Result<Option<Event>, DecideError>;

fn change_tags(project: &Project, change: &TagsCommand) -> Result<()> {
    let keymap = Keymap::standard()?;
    let preset = match change {
        TagsCommand::Add { preset } => Some(find_preset(project, preset)?),
        _ => None,
    };
    let writable = project.open_decisions(|letter| keymap.is_reserved(letter))?;
    writable.repairs.iter().chain(&writable.moved).for_each(|repair| say(repair));
    let (mut store, ledger) = (writable.store, writable.ledger);
    let mut draft = Draft { ledger, keymap };
    let (event, said) = match (change, preset) {
        (TagsCommand::Rename { tag, name, yes }, _) => draft.rename(tag, name, *yes)?,
        (TagsCommand::Merge { tag, into, yes }, _) => draft.merge(tag, into, *yes)?,
        (TagsCommand::Delete { tag, yes }, _) => draft.delete(tag, *yes)?,
        (_, Some(preset)) => draft.add(&preset)?,
        _ => return Ok(()),
    };
    match event {
        Some(event) => {
            store.append(&event)?;
            say(&format!("{said}\none undo in the review takes it back"));
        }
        None => say("nothing changes"),
    }
    Ok(())
}

impl Draft {
    fn tag(&self, name: &str) -> Result<Tag> {
        let tags = self.ledger.tags();
        let found = tags.iter().find(|tag| same_tag_name(&tag.name, name)).cloned();
        let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
        found.ok_or_else(|| anyhow!("no tag is called {name:?}\n  there is: {}", names.join(", ")))
    }

    fn edit(&mut self, tag: &Tag, edit: &TagEdit) -> Changed {
        let reserved = |letter| self.keymap.is_reserved(letter);
        self.ledger.edit_tag(tag.id, edit, stamp(), reserved)
    }

    /// `12 examples`, of all splits.
    fn count(&self, tag: &Tag) -> String {
        let touched = self.ledger.touched(tag.id, Split::Dev);
        match touched.here + touched.elsewhere {
            1 => "1 example".to_owned(),
            n => format!("{} examples", print::count(n)),
        }
    }

    fn rename(&mut self, tag: &str, name: &str, yes: bool) -> Result<(Option<Event>, String)> {
        let tag = self.tag(tag)?;
        let others = self.ledger.tags().iter().filter(|other| other.id != tag.id);
        let others: Vec<&str> = others.map(|other| other.name.as_str()).collect();
        let twin = near_duplicates(name, &others).first().map(|&at| others[at]);
        if let Some(twin) = twin.filter(|twin| !yes && !same_tag_name(twin, name)) {
            bail!(
                "there is a tag {twin:?} already, which is nearly the same\n  \
                 make one of both with: gaffe tags merge, or add --yes to keep two"
            );
        }
        let said = format!("{} is now {}", tag.name, name.trim());
        Ok((self.edit(&tag, &TagEdit::Rename(name.to_owned()))?, said))
    }

    fn merge(&mut self, tag: &str, into: &str, yes: bool) -> Result<(Option<Event>, String)> {
        let (tag, into) = (self.tag(tag)?, self.tag(into)?);
        let count = self.count(&tag);
        if !yes && tag.id != into.id {
            bail!("{} is on {count}: they would get {}\n  add --yes to do it", tag.name, into.name);
        }
        let said = format!("{} merged into {}: {count}", tag.name, into.name);
        Ok((self.edit(&tag, &TagEdit::Merge(into.id))?, said))
    }

    fn delete(&mut self, tag: &str, yes: bool) -> Result<(Option<Event>, String)> {
        let tag = self.tag(tag)?;
        let count = self.count(&tag);
        if !yes {
            bail!("{} is on {count}: they would lose it\n  add --yes to do it", tag.name);
        }
        Ok((self.edit(&tag, &TagEdit::Delete)?, format!("{} deleted: {count}", tag.name)))
    }

    fn add(&mut self, preset: &Preset) -> Result<(Option<Event>, String)> {
        let keymap = &self.keymap;
        let reserved = |letter| keymap.is_reserved(letter);
        let event = self.ledger.add_tags(&preset.tags, stamp(), reserved)?;
        let made = event.iter().flat_map(|event| &event.tags).filter_map(|tag| tag.after.as_ref());
        let names: Vec<&str> = made.map(|tag| tag.name.as_str()).collect();
        let there = preset.tags.len() - names.len();
        let there = if there > 0 { format!("; {there} were there") } else { String::new() };
        let said = format!("{} new: {}{there}", names.len(), names.join(", "));
        Ok((event, said))
    }
}

fn stamp() -> Stamp {
    Stamp { at: now(), who: whoami(), ..Stamp::default() }
}

/// A file, or one of the project's presets or the program's.
fn find_preset(project: &Project, name: &str) -> Result<Preset> {
    let path = Path::new(name);
    let is_file =
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml")) || path.is_file();
    if is_file {
        return Ok(Preset::read(path)?);
    }
    let presets = project.presets()?;
    let names = presets.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = presets.into_iter().find(|preset| preset.name == name);
    found.with_context(|| {
        format!("no preset is called {name:?}\n  there is: {names}; or give a file")
    })
}
