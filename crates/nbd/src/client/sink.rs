//! An export as a disk to write.

use bytes::Bytes;
use disk::Sink;
use futures_util::future::BoxFuture;

use super::Client;

impl Sink for Client {
    fn size(&self) -> u64 {
        self.export.size
    }

    fn write_at(&mut self, offset: u64, data: Bytes) -> BoxFuture<'_, disk::Result<()>> {
        Box::pin(async move { self.write(offset, data).await.map_err(|error| disk::Error::from(error).at(offset)) })
    }

    fn flush(&mut self) -> BoxFuture<'_, disk::Result<()>> {
        Box::pin(async move { Client::flush(self).await.map_err(disk::Error::from) })
    }
}
