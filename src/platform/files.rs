//! Where files lie: a folder of this machine, or a bucket of an S3 server. Knows keys and bytes, nothing of what is in
//! them. Keys are made by us from ids and dates; nothing that a person typed is part of one.

use crate::platform::fault::{Fault, Outcome};
use crate::platform::http;
use crate::platform::secret::Secret;
use axum::body::Bytes;
use futures::stream::BoxStream;
use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector};
use object_store::local::LocalFileSystem;
use object_store::path::Path as StorePath;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};
use std::path::PathBuf;
use std::sync::Arc;

/// Where the settings put files.
#[derive(Clone, Debug)]
pub enum FilesPlace {
    /// On this machine; all processes of an installation have to see the same folder.
    Folder(PathBuf),
    /// On an S3 server.
    Bucket(Bucket),
}

/// A bucket and how to reach it.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub name: String,
    /// What every key begins with; may be empty.
    pub prefix: String,
    /// The server, when it is not Amazon's.
    pub endpoint: Option<String>,
    pub region: String,
    pub key_id: String,
    pub secret: Secret<String>,
    /// The bucket stands in the path, as MinIO wants it, and not in the host's name.
    pub path_style: bool,
    pub allow_http: bool,
}

/// Why files cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the folder for files, {0}, cannot be made or used: {1}")]
    Folder(String, String),
    #[error("the bucket for files cannot be used: {0}")]
    Bucket(String),
}

/// The file store. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<dyn ObjectStore>);

impl std::fmt::Debug for Store {
    // What lies below knows its credentials.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// Bytes on their way out of the store.
pub type ByteStream = BoxStream<'static, Result<Bytes, object_store::Error>>;

impl Store {
    /// Opens the place; a folder is made when it is not there. A bucket is first spoken to when it is used.
    ///
    /// # Errors
    /// A sentence for the person who installs the product.
    pub fn open(place: &FilesPlace) -> Result<Self, StoreError> {
        match place {
            FilesPlace::Folder(folder) => Self::of_folder(folder),
            FilesPlace::Bucket(bucket) => Self::of_bucket(bucket),
        }
    }

    fn of_folder(folder: &PathBuf) -> Result<Self, StoreError> {
        let wrong = |why: String| StoreError::Folder(folder.display().to_string(), why);
        std::fs::create_dir_all(folder).map_err(|error| wrong(error.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| wrong(error.to_string()))?;
        // A row that says «stored» must be true after a power cut too.
        Ok(Self(Arc::new(store.with_fsync(true))))
    }

    fn of_bucket(bucket: &Bucket) -> Result<Self, StoreError> {
        let client =
            http::storage_client(bucket.allow_http).map_err(|error| StoreError::Bucket(error.to_string()))?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&bucket.name)
            .with_region(&bucket.region)
            .with_access_key_id(&bucket.key_id)
            .with_secret_access_key(bucket.secret.reveal())
            .with_virtual_hosted_style_request(!bucket.path_style)
            .with_allow_http(bucket.allow_http)
            .with_http_connector(OurClient(client));
        if let Some(endpoint) = &bucket.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|error| StoreError::Bucket(error.to_string()))?;
        Ok(Self(if bucket.prefix.is_empty() {
            Arc::new(store)
        } else {
            Arc::new(PrefixStore::new(store, bucket.prefix.as_str()))
        }))
    }

    /// Keeps bytes under a key; what was there before is replaced whole or not at all.
    ///
    /// # Errors
    /// When the store cannot be reached or is full.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Outcome<()> {
        self.0.put(&StorePath::from(key), bytes.into()).await.map_err(unavailable)?;
        Ok(())
    }

    /// All bytes of a key; `None` when there is nothing.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn get(&self, key: &str) -> Outcome<Option<Bytes>> {
        match self.0.get(&StorePath::from(key)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(unavailable)?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// The bytes of a key, piece by piece; `None` when there is nothing.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn stream(&self, key: &str) -> Outcome<Option<ByteStream>> {
        match self.0.get(&StorePath::from(key)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Removes a key; one that is not there is fine.
    ///
    /// # Errors
    /// When the store cannot be reached.
    pub async fn delete(&self, key: &str) -> Outcome<()> {
        match self.0.delete(&StorePath::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn unavailable(error: object_store::Error) -> Fault {
    Fault::Unavailable(Box::new(error))
}

/// Has the store speak through a client of ours, so that the process has one HTTP stack and one TLS provider.
#[derive(Debug)]
struct OurClient(reqwest::Client);

impl HttpConnector for OurClient {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(allow_http: bool) -> Bucket {
        Bucket {
            name: "chats".into(),
            prefix: "agentiq".into(),
            endpoint: Some("http://127.0.0.1:9000".into()),
            region: "us-east-1".into(),
            key_id: "AKID".into(),
            secret: Secret::new("hidden".into()),
            path_style: true,
            allow_http,
        }
    }

    #[tokio::test]
    async fn what_is_kept_in_a_folder_comes_back_until_it_is_deleted() {
        let folder = std::env::temp_dir().join(format!("agentiq-store-{}", uuid::Uuid::now_v7()));
        let store = Store::open(&FilesPlace::Folder(folder.clone())).expect("a folder");
        store.put("w/2026/11/a", Bytes::from_static(b"bytes")).await.expect("kept");
        assert_eq!(store.get("w/2026/11/a").await.expect("read").as_deref(), Some(&b"bytes"[..]));
        store.delete("w/2026/11/a").await.expect("deleted");
        store.delete("w/2026/11/a").await.expect("twice is fine");
        assert_eq!(store.get("w/2026/11/a").await.expect("read"), None);
        std::fs::remove_dir_all(folder).expect("tidied");
    }

    #[tokio::test]
    async fn a_key_cannot_leave_the_folder() {
        let folder = std::env::temp_dir().join(format!("agentiq-store-{}", uuid::Uuid::now_v7()));
        let store = Store::open(&FilesPlace::Folder(folder.join("files"))).expect("a folder");
        store.put("../../outside", Bytes::from_static(b"x")).await.expect("kept inside");
        assert!(!folder.join("outside").exists() && !folder.with_file_name("outside").exists());
        std::fs::remove_dir_all(folder).expect("tidied");
    }

    #[test]
    fn a_bucket_opens_without_being_asked_and_never_tells_its_secret() {
        let place = FilesPlace::Bucket(bucket(true));
        let store = Store::open(&place).expect("a bucket");
        assert!(!format!("{place:?} {store:?}").contains("hidden"));
    }

    /// A server that speaks just enough S3 to see what is asked of it.
    #[tokio::test]
    async fn a_bucket_is_asked_in_the_path_with_a_signature() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("an address");
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a caller");
            let mut buffer = vec![0; 8192];
            let read = stream.read(&mut buffer).await.expect("a request");
            let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await.expect("answered");
            String::from_utf8_lossy(&buffer[..read]).into_owned()
        });
        let bucket = Bucket { endpoint: Some(format!("http://{addr}")), ..bucket(true) };
        let store = Store::open(&FilesPlace::Bucket(bucket)).expect("a bucket");
        assert_eq!(store.get("w/2026/11/a").await.expect("an answer"), None);
        let heard = heard.await.expect("heard");
        assert!(heard.starts_with("GET /chats/agentiq/w/2026/11/a "), "{heard}");
        assert!(heard.contains("Credential=AKID/") && !heard.contains("hidden"), "{heard}");
    }

    #[tokio::test]
    async fn a_bucket_without_tls_has_to_be_allowed() {
        let store = Store::open(&FilesPlace::Bucket(bucket(false))).expect("a bucket");
        assert!(store.get("a").await.is_err());
    }
}
