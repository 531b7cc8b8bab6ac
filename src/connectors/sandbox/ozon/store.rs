//! Keeps the world in a file, so that a demo finds its chats again.
//!
//! A snapshot is written beside the file and moved over it: whoever is killed in between leaves the old one whole.

use super::state::SandboxState;
use super::world::World;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Changes are gathered for so long before they are written.
const GATHER: Duration = Duration::from_millis(700);
/// Version of the file's form.
const FORM: u32 = 1;

/// The file.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    form: u32,
    world: World,
}

/// Reads the world back; `None` when there is no file yet.
///
/// # Errors
/// The file cannot be read or is no snapshot; the text says which file, and that it stays untouched.
pub(super) fn load(file: &Path) -> io::Result<Option<World>> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let unusable = |why: String| {
        let text =
            format!("{} is not a sandbox snapshot ({why}); move it away to begin anew", file.display());
        io::Error::new(io::ErrorKind::InvalidData, text)
    };
    let snapshot: Snapshot = serde_json::from_slice(&bytes).map_err(|error| unusable(error.to_string()))?;
    if snapshot.form != FORM {
        return Err(unusable(format!("form {}", snapshot.form)));
    }
    let mut world = snapshot.world;
    world.wake();
    Ok(Some(world))
}

/// Writes the world now and shortly after every change, until cancelled, and then once more.
pub(super) async fn keep(state: SandboxState, file: PathBuf, cancel: CancellationToken) {
    let mut changes = state.changes();
    loop {
        // Asked before the snapshot is taken: what happens while it is being written belongs into the next.
        let is_last = cancel.is_cancelled();
        changes.mark_unchanged();
        if let Err(error) = save(&state, &file).await {
            tracing::warn!(%error, file = %file.display(), "the sandbox could not write its snapshot");
        }
        if is_last {
            return;
        }
        tokio::select! {
            () = cancel.cancelled() => {}
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                tokio::select! {
                    () = cancel.cancelled() => {}
                    () = tokio::time::sleep(GATHER) => {}
                }
            }
        }
    }
}

async fn save(state: &SandboxState, file: &Path) -> io::Result<()> {
    let snapshot = Snapshot { form: FORM, world: state.read(World::clone) };
    let file = file.to_owned();
    let written = tokio::task::spawn_blocking(move || {
        let beside = file.with_extension("part");
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&beside, serde_json::to_vec(&snapshot)?)?;
        std::fs::rename(&beside, &file)
    });
    written.await.map_err(io::Error::other)?
}
