use super::super::feed::Medium;
use super::super::input::Preprocess;
use super::*;
use image::DynamicImage;
use std::sync::Mutex;

const QUICK: Limits = Limits { kept: 4, warm_up: 2, singles: 20, many: 60, seconds: 20.0 };

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/fashion").join(name)
}

fn run(
    rows: usize,
    fetch: &Fetch<'_>,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Step, f64) + Sync),
) -> Result<Measurement, ScoreError> {
    let preprocess = Preprocess {
        size: Some([28, 28]),
        channels: Some(1),
        mean: Some(vec![0.2864]),
        std: Some(vec![0.3533]),
        ..Preprocess::default()
    };
    let path = sample("models/v1.onnx");
    let classes = (0..10).map(|class| class.to_string()).collect();
    let settings = Settings::new(Medium::Picture, preprocess, classes);
    measure(&path, &settings, rows, fetch, QUICK, progress, cancel)
}

fn grey(row: usize) -> Result<Sample<'static>, String> {
    let grey = || Sample::Picture(DynamicImage::new_luma8(28, 28));
    if row == 0 { Err("torn".to_owned()) } else { Ok(grey()) }
}

#[test]
fn a_model_is_measured_on_what_can_be_read() {
    let steps = Mutex::new(Vec::new());
    let progress = |step, share: f64| {
        assert!((0.0..=1.0).contains(&share));
        let mut steps = steps.lock().unwrap();
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    };
    let m = run(5, &grey, &AtomicBool::new(false), &progress).unwrap();
    assert_eq!((m.read.n, m.latency.n, m.infer.n), (4, 20, 20));
    assert!(m.latency.p50.value >= m.infer.p50.low && m.latency.mean.value > 0.0, "{m:?}");
    let throughput = m.throughput.unwrap();
    assert!(throughput.examples == 60 && throughput.per_second() > 0.0);
    assert_eq!(m.bytes, sample("models/v1.onnx").metadata().unwrap().len());
    // of four bytes, which with the graph are the 424,989 bytes of the file
    assert!((100_000..110_000).contains(&m.parameters), "{}", m.parameters);
    assert_eq!(m.memory.is_some(), cfg!(target_os = "linux"));
    let order = [Step::Reading, Step::Loading, Step::Single, Step::AllCores];
    assert_eq!(*steps.lock().unwrap(), order);
}

#[test]
fn it_can_be_cancelled_in_the_midst() {
    let cancel = AtomicBool::new(false);
    for at in [Step::Reading, Step::Single, Step::AllCores] {
        cancel.store(false, Ordering::Relaxed);
        let progress = |step, _: f64| {
            if step == at {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let outcome = run(5, &grey, &cancel, &progress);
        assert!(matches!(outcome, Err(ScoreError::Cancelled)), "{at:?}: {outcome:?}");
    }
}

#[test]
fn without_a_readable_picture_it_says_why() {
    let error = run(1, &grey, &AtomicBool::new(false), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("torn"), "{error}");
    let error = run(0, &grey, &AtomicBool::new(false), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("there is none"), "{error}");
}

#[test]
fn memory_falls_back_to_what_is_held() {
    let at = |now, peak| Resident { now, peak };
    assert_eq!(growth(at(10, 10), at(25, 40)), Memory { peak: 30, resident: 15 });
    assert_eq!(growth(at(10, 50), at(25, 50)), Memory { peak: 15, resident: 15 });
    assert_eq!(growth(at(30, 30), at(25, 30)), Memory { peak: 0, resident: 0 });
}
