//! The secret that signs tokens: given, or made once and kept beside the data.

use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use rand::Rng;
use secrecy::SecretString;

const FILE: &str = "auth-secret";

/// The installation's secret, made on the first call.
///
/// # Errors
/// When the file can be neither read nor written.
pub fn load_or_create(data_dir: &Path) -> anyhow::Result<SecretString> {
    let path = data_dir.join(FILE);
    fs::create_dir_all(data_dir).with_context(|| format!("cannot create {}", data_dir.display()))?;
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    // Written whole under another name first: a crash leaves no half secret.
    let fresh = data_dir.join(format!("{FILE}.{}", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut file| file.write_all(hex::encode(bytes).as_bytes()));
    written.with_context(|| format!("cannot write {}", fresh.display()))?;
    match fs::hard_link(&fresh, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| format!("cannot create {}", path.display()));
        }
        _ => fs::remove_file(&fresh)?,
    }
    let secret = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(SecretString::from(secret.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn it_is_made_once_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let first = load_or_create(dir.path()).unwrap();
        assert_eq!(first.expose_secret().len(), 64);
        assert_eq!(
            load_or_create(dir.path()).unwrap().expose_secret(),
            first.expose_secret()
        );
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
