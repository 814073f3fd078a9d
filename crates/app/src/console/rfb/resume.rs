//! From one host to the next.

use super::{DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE, Rfb, client::encodings};

/// Why a console ends in the place of going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The client has got a part of the handshake, or of compressed data, that nobody can go on with.
    Torn,
    /// Something came that is not understood.
    Opaque,
    /// The screen has another size, and the client does not take that.
    Size,
}

impl Rfb {
    /// The host is gone: from now on what the client sends waits.
    ///
    /// # Errors
    ///
    /// [`Stuck`] where it cannot go on at another host.
    pub(in super::super) fn lose(&mut self) -> Result<(), Stuck> {
        if !self.host.begun && !self.shared.opaque {
            // Another host begins from the beginning, for which the client waits.
            return Ok(());
        }
        if self.shared.opaque {
            return Err(Stuck::Opaque);
        }
        if !self.host.is_running() {
            return Err(Stuck::Torn);
        }
        self.client.lose();
        Ok(())
    }

    /// Returns whether the next host is to be greeted in the client's place.
    pub(in super::super) fn is_lost(&self) -> bool {
        self.client.lost
    }

    /// Another host has been greeted, whose screen has that size: writes what both have to know.
    ///
    /// # Errors
    ///
    /// As [`Rfb::lose`].
    pub(in super::super) fn resume(
        &mut self,
        size: (u16, u16),
        to_client: &mut Vec<u8>,
        to_host: &mut Vec<u8>,
    ) -> Result<(), Stuck> {
        if self.shared.opaque {
            return Err(Stuck::Opaque);
        }
        self.host.end(&self.shared, to_client).map_err(|_| Stuck::Torn)?;
        self.host.renew();
        let offered = self.shared.encodings.as_deref().unwrap_or_default();
        if size != self.shared.size {
            let mut part: Vec<u8> = [0, 0, size.0, size.1].into_iter().flat_map(u16::to_be_bytes).collect();
            if offered.contains(&DESKTOP_SIZE) {
                part.extend_from_slice(&DESKTOP_SIZE.to_be_bytes());
            } else if offered.contains(&EXTENDED_DESKTOP_SIZE) {
                part.extend_from_slice(&EXTENDED_DESKTOP_SIZE.to_be_bytes());
                // One screen that fills it: its number, place, size, and flags.
                part.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
                part.extend(size.0.to_be_bytes().into_iter().chain(size.1.to_be_bytes()));
                part.extend_from_slice(&[0; 4]);
            } else {
                return Err(Stuck::Size);
            }
            to_client.extend_from_slice(&[0, 0, 0, 1]);
            to_client.append(&mut part);
            self.shared.size = size;
        }
        to_host.extend_from_slice(&[0, 0, 0, 0]);
        to_host.extend_from_slice(&self.shared.format.bytes);
        if let Some(offered) = &self.shared.encodings {
            to_host.append(&mut encodings(offered));
        }
        // All of the screen; the client waits for it, or takes it as it comes.
        to_host.extend_from_slice(&[3, 0, 0, 0, 0, 0]);
        to_host.extend(size.0.to_be_bytes().into_iter().chain(size.1.to_be_bytes()));
        self.shared.asked = true;
        to_host.append(&mut self.client.pending);
        self.client.lost = false;
        Ok(())
    }
}
