//! A person's settings: theme, keymap, own keys, macros, a goal, guards against haste.
//!
//! Invariant: whatever is not known is refused with its line, so that a typing error never passes in
//! silence. Reads text only; where the file lies is the command line's affair.

mod macros;

pub use macros::{Macro, MacroStep};

use super::app::Guards;
use super::keymap::{Layer, Sections};
use super::theme::Theme;
use crate::ingest::{IngestError, line_of};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use toml::Spanned;

/// What a person has set; what is not set is left to the program.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// One of [`Theme::NAMES`].
    pub theme: Option<String>,
    /// The name of a keymap, or a file that holds a whole one.
    pub keymap: Option<String>,
    /// The decisions a session aims at.
    pub goal: Option<NonZeroU32>,
    /// Guards against haste and habit.
    pub guards: Guards,
    /// Keys over those of the keymap.
    pub keys: Layer,
    /// Keys that make a whole decision, in the order of the file.
    pub macros: Vec<Macro>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    theme: Option<Spanned<String>>,
    keymap: Option<String>,
    goal: Option<NonZeroU32>,
    guards: GuardsTable,
    keys: Sections,
    macros: BTreeMap<Spanned<String>, Vec<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct GuardsTable {
    blind: Option<Spanned<f64>>,
    retest: Option<Spanned<f64>>,
    hasty: bool,
}

impl Settings {
    /// Reads the settings in `text`; `file` is named in errors.
    ///
    /// # Errors
    /// Keys that are not known, and values that make no sense, with their line.
    pub fn parse(text: &str, file: &Path) -> Result<Self, IngestError> {
        let read: File = toml::from_str(text)
            .map_err(|e| IngestError::toml(file, text, &e, "README.md shows all settings"))?;
        let refuse = |at: usize, what: String, remedy: String| {
            IngestError::new(file, what, remedy).at(line_of(text, at))
        };
        if let Some(theme) =
            read.theme.as_ref().filter(|t| !Theme::NAMES.contains(&t.get_ref().as_str()))
        {
            let what = format!("no theme is called {:?}", theme.as_ref());
            let remedy = format!("there are {}", Theme::NAMES.join(", "));
            return Err(refuse(theme.span().start, what, remedy));
        }
        let share = |name: &str, value: Option<Spanned<f64>>| match value {
            Some(share) if !(0.0..=1.0).contains(share.as_ref()) => {
                let remedy = "give it between 0 and 1, such as 0.1".to_owned();
                Err(refuse(share.span().start, format!("[guards] {name} is no share"), remedy))
            }
            share => Ok(share.map_or(0.0, Spanned::into_inner)),
        };
        let guards = Guards {
            blind: share("blind", read.guards.blind)?,
            retest: share("retest", read.guards.retest)?,
            hasty: read.guards.hasty,
        };
        Ok(Self {
            theme: read.theme.map(Spanned::into_inner),
            keymap: read.keymap,
            goal: read.goal,
            guards,
            keys: Layer::of(&read.keys, "keys.", text, file)?,
            macros: macros(&read.macros, text, file)?,
        })
    }
}

fn macros(
    table: &BTreeMap<Spanned<String>, Vec<String>>,
    text: &str,
    file: &Path,
) -> Result<Vec<Macro>, IngestError> {
    let read = |(key, steps): (&Spanned<String>, &Vec<String>)| {
        let line = line_of(text, key.span().start);
        Macro::parse(key.as_ref(), steps, file.to_owned(), line)
    };
    let mut macros = table.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    macros.sort_by_key(|bound| bound.line);
    Ok(macros)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("config.toml")).map_err(|e| e.to_string())
    }

    #[test]
    fn all_of_it_is_optional() {
        let settings = parse("").unwrap();
        assert_eq!((settings.theme, settings.keymap, settings.goal), (None, None, None));
        assert_eq!(settings.guards, Guards { blind: 0.0, retest: 0.0, hasty: false });
        assert!(settings.macros.is_empty());
    }

    #[test]
    fn everything_is_read() {
        let settings = parse(
            "theme = \"light\"\nkeymap = \"vim\"\ngoal = 100\n\
             [guards]\nblind = 0.1\nretest = 1\nhasty = true\n\
             [keys.review]\nundo = [\"z\"]\nquit = [\"q\"]\n\
             [macros]\nf10 = [\"flag\"]\nf2 = [\"tag blurry\", \"model-wrong\"]\n",
        )
        .unwrap();
        assert_eq!(settings.theme.as_deref(), Some("light"));
        assert_eq!(settings.keymap.as_deref(), Some("vim"));
        assert_eq!(settings.goal.map(NonZeroU32::get), Some(100));
        assert_eq!(settings.guards, Guards { blind: 0.1, retest: 1.0, hasty: true });
        let keys: Vec<&str> = settings.macros.iter().map(|bound| bound.key.as_str()).collect();
        assert_eq!(keys, ["f10", "f2"]);
        assert_eq!(settings.macros[1].label, "tag blurry, model-wrong");
        assert_eq!(settings.macros[1].line, 13);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_a_remedy() {
        for (text, wanted) in [
            ("\nthem = \"dark\"\n", "config.toml:2: unknown field `them`"),
            (
                "theme = \"drak\"\n",
                "config.toml:1: no theme is called \"drak\"\n  there are dark, ",
            ),
            ("theme = \n", "config.toml:1: "),
            ("goal = 0\n", "config.toml:1: "),
            ("goal = -3\n", "config.toml:1: "),
            ("[guards]\nblind = 1.5\n", "config.toml:2: [guards] blind is no share\n  give it "),
            ("[guards]\nretest = nan\n", "config.toml:2: [guards] retest is no share"),
            ("[guards]\nslow = true\n", "config.toml:2: unknown field `slow`"),
            (
                "\n[keys.revue]\n",
                "config.toml:2: no context is called [keys.revue]; there are review",
            ),
            (
                "[keys.review]\nfly = [\"f\"]\n",
                "config.toml:2: [keys.review] has no command \"fly\"",
            ),
            (
                "[keys.prompt]\nundo = [\"u\"]\n",
                "config.toml:2: [keys.prompt] has no command \"undo\"; it is in review",
            ),
            (
                "[keys.review]\n\nundo = [\"ctrl+s\"]\n",
                "config.toml:3: [keys.review] undo: \"ctrl+s\": terminals stop",
            ),
            ("[keys.review]\nundo = \"z\"\n", "config.toml:2: "),
            (
                "[macros]\nf2 = [\"fly\"]\n",
                "config.toml:2: [macros] \"f2\": \"fly\" is no step\n  steps are ",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(wanted), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z]{1,6} = [0-9\"\\[\\]a-z.]{0,5}\n|\\[[a-z.]{1,8}\\]\n){0,4}") {
            if let Err(error) = parse(&text) {
                prop_assert!(error.starts_with("config.toml:"), "{error}");
            }
        }
    }
}
