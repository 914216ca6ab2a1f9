use super::*;
use crate::project::ScoreOutcome;
use crate::tui::command::TABLE;
use proptest::prelude::*;

const HEADER: &str = r#"{"gaffe":"0.1.0","project":"pets","run":"v1","split":"dev","order":"random","size":[80,24],"at":"d"}"#;

fn parse(lines: &[&str]) -> Result<Session, SessionError> {
    Session::parse(&[&[HEADER], lines].concat().join("\n"))
}

fn refused(line: &str) -> String {
    parse(&["", r#"{"command":"undo"}"#, line]).unwrap_err().to_string()
}

fn inputs_of(lines: &[&str]) -> Vec<Input> {
    parse(lines).unwrap().entries.into_iter().map(|(_, entry)| entry.input).collect()
}

#[test]
fn a_session_written_by_hand_needs_no_times() {
    let session = parse(&[r#"{"command":"class","argument":"3"}"#, "", r#"{"command":"undo"}"#]);
    let session = session.unwrap();
    let times: Vec<_> = session.entries.iter().map(|(line, entry)| (*line, entry.ms)).collect();
    assert_eq!(times, [(2, 200), (4, 400)]);
    assert_eq!(session.header.at.as_deref(), Some("d"));
    assert_eq!(session.entries[0].1.input, Input::Command(Command::Class(3)));
}

#[test]
fn a_text_is_a_key_a_character() {
    let key = |c| Input::Edit(InputRequest::InsertChar(c));
    let back = Input::Edit(InputRequest::DeletePrevChar);
    let lines = [r#"{"type":"é漢"}"#, r#"{"edit":"delete-prev-char"}"#];
    assert_eq!(inputs_of(&lines), [key('é'), key('漢'), back]);
}

#[test]
fn what_is_no_line_is_refused_by_its_number() {
    assert_eq!(refused(r#"{"command":"fly"}"#), r#"line 4: no command is called "fly""#);
    assert_eq!(
        refused(r#"{"command":"undo","argument":"x"}"#),
        r#"line 4: undo does not take "x""#
    );
    assert_eq!(refused(r#"{"command":"class"}"#), r#"line 4: class does not take """#);
    assert_eq!(refused(r#"{"edit":"sing"}"#), r#"line 4: no edit is called "sing""#);
    let one = "line 4: a line has one of: command, type, edit, paste, size, mouse, scored";
    assert_eq!(refused(r#"{"command":"undo","type":"x"}"#), one);
    assert_eq!(refused("{}"), one);
    assert_eq!(refused(r#"{"command":"undo","scored":"stopped"}"#), one);
    assert!(refused(r#"{"comand":"undo"}"#).starts_with("line 4: unknown field `comand`"));
    assert!(refused("{").starts_with("line 4: EOF"));
    assert!(!refused("{").contains("column"), "the column is that of a part");
    assert_eq!(refused(r#"{"argument":"3"}"#), "line 4: an argument without a command");
    for text in ["", "\n\n", "{}", "no session"] {
        let error = Session::parse(text).unwrap_err().to_string();
        assert!(error.starts_with("line 1: no header of a recorded session"), "{error}");
    }
}

#[test]
fn a_size_is_columns_and_rows_of_a_terminal() {
    assert_eq!(terminal_size("80x24"), Ok((80, 24)));
    for text in ["80", "80x", "ax24", "-1x4", "80x24x3", "60000x60000", "99999x1"] {
        assert!(terminal_size(text).is_err(), "{text}");
    }
    assert_eq!(refused(r#"{"size":[1001,24]}"#), "line 4: no terminal has 1001×24");
    let header = HEADER.replace("[80,24]", "[65535,65535]");
    let error = Session::parse(&header).unwrap_err().to_string();
    assert_eq!(error, "line 1: no terminal has 65535×65535");
}

fn input() -> impl Strategy<Value = Input> {
    let command = (0..TABLE.len(), 0_u8..200, "[a-z0-9]").prop_map(|(row, number, letter)| {
        let command = TABLE[row].command;
        let numbered = command.with_argument(&number.to_string());
        Input::Command(numbered.or(command.with_argument(&letter)).unwrap_or(command))
    });
    prop_oneof![
        command,
        any::<char>().prop_map(|c| Input::Edit(InputRequest::InsertChar(c))),
        (0..EDITS.len()).prop_map(|edit| Input::Edit(EDITS[edit].1)),
        any::<String>().prop_map(Input::Paste),
        (0..=LARGEST, 0..=LARGEST).prop_map(|(cols, rows)| Input::Resize(cols, rows)),
        Just(Input::Scored(Scored::Stopped)),
        any::<String>().prop_map(|why| Input::Scored(Scored::Failed(why))),
        (0..9_usize).prop_map(|failed| {
            Input::Scored(Scored::Done(ScoreOutcome { failed, error: 0.125, against: None }))
        }),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    (any::<u64>(), any::<Option<String>>(), any::<bool>(), input())
        .prop_map(|(ms, at, dropped, input)| Entry { ms, at, dropped, input })
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(entries in prop::collection::vec(entry(), 0..20)) {
        let lines: Vec<String> = entries.iter().map(|entry| entry.to_json().unwrap()).collect();
        prop_assert!(lines.iter().all(|line| !line.contains('\n')));
        let session = Session::parse(&format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
        let read: Vec<Entry> = session.entries.into_iter().map(|(_, entry)| entry).collect();
        prop_assert_eq!(read, entries);
        let again: Header = serde_json::from_str(&session.header.to_json()).unwrap();
        prop_assert_eq!(again, session.header);
    }

    #[test]
    fn no_text_stops_the_reader(text in any::<String>()) {
        let _ = Session::parse(&text);
        let _ = Session::parse(&format!("{HEADER}\n{text}"));
    }
}
