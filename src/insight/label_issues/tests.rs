use super::*;
use crate::dataset::{Answer, Choice, Ledger, Order, Review, Split, Stamp, Verdict};
use crate::project::{Desk, Project};
use std::path::Path;
use std::sync::Arc;

fn desk() -> (Arc<Project>, Desk) {
    let project = Project::open(Path::new("sample_data/fashion")).unwrap();
    let mut ledger = Ledger::default();
    ledger.set_up(&project.config().tags, Stamp::default(), |_| false).unwrap();
    let desk = project.desk(Split::Dev, "v1", Order::Random, ledger).unwrap();
    (Arc::new(project), desk)
}

fn asked(project: &Arc<Project>, desk: &Desk) -> Report {
    let input = Input::of_run(desk.share(), project.clone(), None);
    Watch::whole(|watch| answer(&input, &Ask::default(), watch)).unwrap()
}

#[test]
fn a_corrected_label_is_no_issue_any_more_and_stays_a_confirmed_flag() {
    let (project, mut desk) = desk();
    let before = asked(&project, &desk);
    assert_eq!(
        before.precision().map(|found| (found.judged, found.open)),
        Some((0, before.issues.len()))
    );
    let issues: Vec<LabelIssue> = before.queue().take(3).copied().collect();
    for (issue, answer) in issues.iter().zip([
        Answer::Class(issues[0].suggested),
        Answer::Class(issues[1].given),
        Answer::Verdict(Verdict::Unsure),
    ]) {
        desk.apply(&[issue.row], &Choice::of(answer), 1).unwrap();
    }
    let after = asked(&project, &desk);
    let listed: Vec<u32> = after.issues.iter().map(|issue| issue.issue.row).collect();
    assert!(!listed.contains(&issues[0].row) && listed.contains(&issues[1].row));
    let found = after.precision().unwrap();
    assert_eq!((found.judged, found.confirmed, found.unsure), (2, 1, 1));
    let queue: Vec<u32> = after.queue().map(|issue| issue.row).collect();
    let last = &queue[queue.len() - 3..];
    assert_eq!(last, issues.iter().map(|issue| issue.row).collect::<Vec<_>>());
    assert_eq!(found.open, queue.len() - 3);
}

#[test]
fn an_issue_is_confirmed_when_the_label_alone_is_not_right() {
    let review = |verdict, about: &str| {
        let mut review = Review::default();
        review.set_verdict(verdict, about);
        Judged::of(&review, "Shirt").unwrap().confirmed
    };
    assert_eq!(review(Verdict::ModelWrong, "Coat"), Some(false));
    assert_eq!(review(Verdict::LabelWrong, "Coat"), Some(true));
    assert_eq!(review(Verdict::BothAcceptable, "Coat"), Some(true));
    assert_eq!(review(Verdict::BothAcceptable, "Shirt"), Some(false), "prediction and label agree");
    assert_eq!(review(Verdict::Neither, "Coat"), Some(true));
    assert_eq!(review(Verdict::Unsure, "Coat"), None);
    assert!(Judged::of(&Review { note: "x".into(), ..Review::default() }, "Shirt").is_none());
}
