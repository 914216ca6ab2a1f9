//! The tags that a project starts with, and the presets that can be added to them.

use super::{Project, ProjectError, now, whoami};
use crate::dataset::{Event, Ledger, NewTag, Stamp, same_tag_name};
use crate::ingest::{FILE_NAME, IngestError, Preset};

impl Project {
    /// The presets: those that `gaffe.toml` names, then those that come with the program. One of the
    /// project's own takes the place of one of the same name.
    ///
    /// # Errors
    /// A file that can't be read or is no preset: with the line.
    pub fn presets(&self) -> Result<Vec<Preset>, ProjectError> {
        let remedy = "gaffe.toml names it: correct `tag_presets`";
        let read = |path| Preset::read(&self.root.join(path)).map_err(|e| e.or_remedy(remedy));
        let own: Vec<Preset> =
            self.config.tag_presets.iter().map(read).collect::<Result<_, _>>()?;
        let hidden = |preset: &Preset| own.iter().any(|mine| mine.name == preset.name);
        let built_in: Vec<Preset> =
            Preset::built_in().into_iter().filter(|preset| !hidden(preset)).collect();
        Ok(own.into_iter().chain(built_in).collect())
    }

    /// Makes the tags of `gaffe.toml` if nothing was decided yet; `None` where there is nothing to
    /// make.
    ///
    /// # Errors
    /// A wrong list of tags.
    pub fn set_up(
        &self,
        ledger: &mut Ledger,
        reserved: impl Fn(char) -> bool + Copy,
    ) -> Result<Option<Event>, ProjectError> {
        if ledger.next_seq() > 0 || self.config.tags.is_empty() {
            return Ok(None);
        }
        let stamp = Stamp { at: now(), who: whoami(), ..Stamp::default() };
        Ok(Some(ledger.set_up(&self.first_tags()?, stamp, reserved)?))
    }

    /// The tags of `gaffe.toml`; a preset brings those that are not listed by name.
    fn first_tags(&self) -> Result<Vec<NewTag>, ProjectError> {
        let is_preset = |name: &&String| name.starts_with('@');
        let named: Vec<&String> = self.config.tags.iter().filter(|name| !is_preset(name)).collect();
        let presets = if self.config.tags.iter().any(|name| is_preset(&name)) {
            self.presets()?
        } else {
            vec![]
        };
        let mut tags: Vec<NewTag> = Vec::new();
        for entry in &self.config.tags {
            let Some(name) = entry.strip_prefix('@') else {
                tags.push(entry.clone().into());
                continue;
            };
            let preset = presets.iter().find(|preset| preset.name == name);
            for new in &preset.ok_or_else(|| self.no_preset(name, &presets))?.tags {
                let is_there = named.iter().any(|name| same_tag_name(name, &new.name))
                    || tags.iter().any(|tag| same_tag_name(&tag.name, &new.name));
                if !is_there {
                    tags.push(new.clone());
                }
            }
        }
        Ok(tags)
    }

    fn no_preset(&self, name: &str, presets: &[Preset]) -> IngestError {
        let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
        let remedy = format!("correct `tags`; there is: {}", names.join(", "));
        let what = format!("no preset is called {name:?}");
        IngestError::new(&self.root.join(FILE_NAME), what, remedy)
    }
}
