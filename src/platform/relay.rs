//! Texts that are being made in this process, for those who watch them grow. Nothing is kept: what is finished stands in
//! the database, and who comes too late, or to another process, looks there.

use crate::shared::ids::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use uuid::Uuid;

type Key = (WorkspaceId, Uuid);

/// All that is being made. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Relay(Arc<Mutex<HashMap<Key, watch::Receiver<String>>>>);

impl Relay {
    /// Begins a text. Those who watch see its end when what is returned is dropped.
    pub fn begin(&self, workspace: WorkspaceId, id: Uuid) -> Growing {
        let (sender, receiver) = watch::channel(String::new());
        self.texts().insert((workspace, id), receiver);
        Growing { relay: self.clone(), key: (workspace, id), sender }
    }

    /// A text as far as it has come, and each time it changes; its end is the end of the channel.
    pub fn watch(&self, workspace: WorkspaceId, id: Uuid) -> Option<watch::Receiver<String>> {
        self.texts().get(&(workspace, id)).cloned()
    }

    fn texts(&self) -> MutexGuard<'_, HashMap<Key, watch::Receiver<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text that is being made.
#[derive(Debug)]
pub struct Growing {
    relay: Relay,
    key: Key,
    sender: watch::Sender<String>,
}

impl Growing {
    /// Shows the text as it is now.
    pub fn show(&self, text: String) {
        self.sender.send_replace(text);
    }
}

impl Drop for Growing {
    fn drop(&mut self) {
        self.relay.texts().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_watches_sees_the_text_grow_and_end_and_nobody_else_does() {
        let (relay, workspace, id) = (Relay::default(), WorkspaceId::new(), Uuid::new_v4());
        let growing = relay.begin(workspace, id);
        assert!(relay.watch(WorkspaceId::new(), id).is_none(), "another workspace");
        let mut watching = relay.watch(workspace, id).expect("it is being made");
        growing.show("So".into());
        assert!(watching.changed().await.is_ok());
        assert_eq!(*watching.borrow_and_update(), "So");
        drop(growing);
        assert!(watching.changed().await.is_err());
        assert!(relay.watch(workspace, id).is_none() && relay.texts().is_empty());
    }
}
