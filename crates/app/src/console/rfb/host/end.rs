//! The end of what a host has begun and does not send any more, made up.

use super::{
    super::{LAST_RECT, Shared},
    Ending, Host, Stage,
};

/// Most bytes that are made up: the largest screens have fewer.
const LONGEST: u64 = 64 << 20;

/// A picture is cut where nobody but its host knows how it goes on.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Torn;

impl Host {
    /// Ends what the host has begun, for a client that gets no more of it.
    pub(in super::super) fn end(&mut self, shared: &Shared, out: &mut Vec<u8>) -> Result<(), Torn> {
        self.held.clear();
        let fill = match self.ending {
            Ending::Never if self.body > 0 => return Err(Torn),
            Ending::Spaces => b' ',
            Ending::Never | Ending::Zeros => 0,
        };
        make_up(std::mem::take(&mut self.body), fill, out)?;
        let pixel = shared.format.pixel();
        let begun = match self.stage {
            Stage::Message => return Ok(()),
            Stage::Part => 0,
            // No pieces, on a ground.
            Stage::Rre { .. } => 4 + pixel,
            // Tiles of the ground that there is.
            Stage::Hextile(tiles) => tiles.count(),
            Stage::Screens | Stage::Name => 4,
            Stage::Packed { .. }
            | Stage::Tight { .. }
            | Stage::Version
            | Stage::Security
            | Stage::Result
            | Stage::Init => return Err(Torn),
        };
        make_up(begun, 0, out)?;
        if let Some(left) = self.left {
            // Raw parts without a point, but for the one that was begun.
            let left = left.saturating_sub(u32::from(self.stage != Stage::Part));
            make_up(12 * u64::from(left), 0, out)?;
        } else {
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&LAST_RECT.to_be_bytes());
        }
        self.stage = Stage::Message;
        Ok(())
    }
}

fn make_up(length: u64, fill: u8, out: &mut Vec<u8>) -> Result<(), Torn> {
    let length = usize::try_from(length).ok().filter(|_| length <= LONGEST).ok_or(Torn)?;
    out.resize(out.len() + length, fill);
    Ok(())
}
