//! Hashes the migrations: a changed one rebuilds the crate that embeds them, and gives the tests
//! a new template database.

use std::{
    collections::BTreeSet,
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    // Not as it was when this was compiled: another checkout may have done that.
    let home = env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?;
    let folder = Path::new(&home).join("../../migrations");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files = BTreeSet::new();
    collect(&folder, &mut files)?;
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(&folder).ok().hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    println!("cargo:rustc-env=PARLANCE_SCHEMA_HASH={:016x}", hasher.finish());
    Ok(())
}

fn collect(folder: &Path, files: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ext| ext == "sql") {
            files.insert(path);
        }
    }
    Ok(())
}
