use super::*;

/// A folder that looks like a Python environment, with a library of some content.
fn environment(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let capi = if cfg!(windows) { root.join("Lib") } else { root.join("lib").join("python3.11") };
    let capi = capi.join("site-packages").join("onnxruntime").join("capi");
    fs::create_dir_all(&capi).unwrap();
    let file =
        capi.join(if cfg!(target_os = "linux") { "libonnxruntime.so.1.9.0" } else { SYSTEM });
    fs::write(&file, content).unwrap();
    (dir, file)
}

#[test]
fn a_library_is_told_from_what_lies_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let none = library_at(dir.path()).unwrap_err();
    assert!(none.contains("no library in"), "{none}");
    fs::write(dir.path().join("libonnxruntime_providers_shared.so"), b"").unwrap();
    fs::write(dir.path().join("libonnxruntime_providers_cuda.dylib"), b"").unwrap();
    assert!(library_at(dir.path()).is_err());
    fs::write(dir.path().join("onnxruntime_pybind11_state.so"), b"").unwrap();
    let old = library_at(dir.path()).unwrap_err();
    assert!(old.contains("an old package without a library"), "{old}");
    fs::write(dir.path().join(SYSTEM), b"").unwrap();
    assert!(library_at(dir.path()).unwrap().ends_with(SYSTEM));
    let gone = library_at(&dir.path().join("gone.so")).unwrap_err();
    assert!(gone.contains("gone.so does not exist"), "{gone}");
}

#[test]
fn it_is_found_in_an_environment_without_asking_python() {
    let (dir, file) = environment(b"no library");
    let found: Vec<_> =
        python_folders(dir.path()).iter().filter_map(|folder| library_at(folder).ok()).collect();
    assert_eq!(found, [file]);
    assert!(python_folders(Path::new("/no/such/root")).iter().all(|f| library_at(f).is_err()));
}

/// Once a library is loaded, whatever is loaded next is that one.
#[test]
fn what_needs_a_fresh_process_passes_in_one() {
    for name in ["every_place_that_was_tried_is_named", "another_library_is_refused_and_not_kept"] {
        let mut program = Command::new(std::env::current_exe().unwrap());
        let name = format!("scoring::engine::ort::library::tests::{name}");
        let done = program.args(["--ignored", "--exact", &name]).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success() && said.contains("1 passed"), "{said}");
    }
}

#[ignore = "in a process of its own, by the test above"]
#[test]
fn every_place_that_was_tried_is_named() {
    let (dir, file) = environment(b"no library");
    let places = Places {
        named: Some(dir.path().join("absent.so")),
        environments: vec![dir.path().to_owned()],
        pythons: vec!["/no/such/python".into()],
        system: Some("libno-such-onnxruntime.so".into()),
    };
    let reason = find(&places).unwrap_err();
    let file = file.display().to_string();
    for part in ["absent.so does not exist", &file, "/no/such/python", "libno-such-onnxruntime"] {
        assert!(reason.contains(part), "{part} in {reason}");
    }
    assert_eq!(reason.lines().count(), 1, "{reason}");
    assert_eq!(find(&Places::default()).unwrap_err(), "");
}

#[ignore = "in a process of its own, by the test above"]
#[test]
fn another_library_is_refused_and_not_kept() {
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        for _ in 0..2 {
            let Err(Failure::Other(reason)) = load(Path::new("libc.so.6")) else { panic!("libc") };
            assert_eq!(reason, "libc.so.6 is another library");
        }
    }
}

#[cfg(unix)]
fn program(dir: &Path, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = dir.join("python");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
#[test]
fn a_python_is_asked_and_ended_when_it_does_not_answer() {
    let dir = tempfile::tempdir().unwrap();
    let says = |text: &str| ask(&program(dir.path(), &format!("#!/bin/sh\n{text}\n")));
    assert_eq!(says("echo /env/onnxruntime/__init__.py"), Ok("/env/onnxruntime/capi".into()));
    for nothing in ["echo", "echo relative/__init__.py", "exit 1", "printf '\\377\\n'"] {
        assert_eq!(says(nothing), Err("has no onnxruntime".to_owned()), "{nothing}");
    }
    // a child that keeps the pipe open must not keep it waiting
    let mark = dir.path().join("mark");
    let hangs = format!("sleep 60 & echo $! > {}; wait", mark.display());
    let started = std::time::Instant::now();
    assert_eq!(says(&hangs), Err("does not answer".to_owned()));
    assert!(started.elapsed() < Duration::from_secs(30));
    let left = fs::read_to_string(mark).unwrap();
    let _ = Command::new("kill").arg(left.trim()).status();
}
