//! An object store in this process that speaks S3, over a folder.

use std::path::Path;
use std::sync::mpsc;

use head_office::blobs::Objects;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

pub const BUCKET: &str = "photos";
const NAME: &str = "head-office";
const SECRET: &str = "not-a-secret";

/// Serves a folder on a thread of its own until the process ends; the bucket is a folder in it.
pub fn serve(folder: &Path) -> Objects {
    std::fs::create_dir_all(folder.join(BUCKET)).unwrap();
    let folder = folder.to_path_buf();
    let (told, address) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(&folder).unwrap());
            service.set_auth(SimpleAuth::from_single(NAME, SECRET));
            let service = service.build();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let service = service.clone();
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    // A caller that went away is nobody's trouble here.
                    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
    });
    Objects {
        bucket: BUCKET.to_owned(),
        endpoint: Some(format!("http://{}", address.recv().unwrap())),
        credentials: Some((NAME.to_owned(), SECRET.to_owned())),
    }
}
