//! An image and its parents as one disk.

use std::{ops::Range, sync::Arc};

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;

use crate::{Error, Extent, MAX_EXTENTS, Result, Source, State, source::check_range};

/// Images of which each says what the one before leaves open; what the last leaves open is zero.
///
/// The disk has the size of the first. What a smaller parent does not reach is zero.
#[derive(Clone)]
pub struct Chain {
    layers: Arc<[Arc<dyn Source>]>,
}

impl Chain {
    /// Makes a disk of images, the newest first, the one without parent last.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Misuse`] if there are none.
    pub fn new(layers: impl IntoIterator<Item = Arc<dyn Source>>) -> Result<Self> {
        let layers: Arc<[_]> = layers.into_iter().collect();
        if layers.is_empty() {
            return Err(Error::misuse("chain", "it has no images"));
        }
        Ok(Self { layers })
    }

    /// Tells what the layers from `layer` on say of a range, a part of it at least.
    fn told(&self, layer: usize, range: Range<u64>) -> BoxFuture<'_, Result<Vec<(usize, Extent)>>> {
        Box::pin(async move {
            let Some(source) = self.layers.get(layer) else {
                let all = Extent { offset: range.start, length: range.end - range.start, state: State::Zero };
                return Ok(vec![(layer, all)]);
            };
            let within = range.start.min(source.size())..range.end.min(source.size());
            let mut told = Vec::new();
            let mut reached = within.start;
            if !within.is_empty() {
                for extent in source.extents(within.clone()).await? {
                    if told.len() >= MAX_EXTENTS {
                        return Ok(told);
                    }
                    reached = extent.end();
                    if extent.state == State::Hole && layer + 1 < self.layers.len() {
                        let below = self.told(layer + 1, extent.offset..extent.end()).await?;
                        let whole = below.last().is_some_and(|(_, last)| last.end() == extent.end());
                        told.extend(below);
                        if !whole {
                            return Ok(told);
                        }
                    } else {
                        told.push((layer, extent));
                    }
                }
            }
            if reached == within.end && within.end < range.end {
                let offset = reached.max(range.start);
                told.push((layer, Extent { offset, length: range.end - offset, state: State::Zero }));
            }
            Ok(told)
        })
    }
}

impl Source for Chain {
    fn size(&self) -> u64 {
        self.layers[0].size()
    }

    fn block_size(&self) -> u32 {
        self.layers.iter().map(|layer| (**layer).block_size()).min().expect("there is a layer")
    }

    fn read_at(&self, offset: u64, length: usize) -> BoxFuture<'_, Result<Bytes>> {
        Box::pin(async move {
            let end = offset.saturating_add(length as u64);
            check_range(self.size(), offset, length as u64)?;
            let mut bytes = BytesMut::new();
            let mut at = offset;
            while at < end {
                let before = at;
                for (layer, extent) in self.told(0, at..end).await? {
                    let part = usize::try_from(extent.length).expect("within the length");
                    if extent.state == State::Data {
                        let data = self.layers[layer].read_at(extent.offset, part).await?;
                        if part == length {
                            return Ok(data);
                        }
                        bytes.extend_from_slice(&data);
                    } else {
                        bytes.resize(bytes.len() + part, 0);
                    }
                    at = extent.end();
                }
                if at == before {
                    return Err(Error::misuse("extents", "the source tells none").at(at));
                }
            }
            Ok(bytes.freeze())
        })
    }

    fn extents(&self, range: Range<u64>) -> BoxFuture<'_, Result<Vec<Extent>>> {
        Box::pin(async move {
            check_range(self.size(), range.start, range.end.saturating_sub(range.start))?;
            if range.is_empty() {
                return Ok(Vec::new());
            }
            let mut told = self.told(0, range).await?;
            told.truncate(MAX_EXTENTS);
            // What the last image leaves open stays so: it may be a difference to a parent that is not given.
            Ok(told.into_iter().map(|(_, extent)| extent).collect())
        })
    }
}
