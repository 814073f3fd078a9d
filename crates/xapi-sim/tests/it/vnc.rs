//! A client of a graphical console: RFB 3.8, raw and Hextile, and eyes that read the letters on the screen.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use xapi_sim::font;

/// Encodings that it takes, the best first: Hextile, raw, another size of the screen.
const ENCODINGS: [i32; 3] = [5, 0, -223];
/// Width of a letter on the screen with what is around it, and its height.
const CELL: (usize, usize) = (8, 10);

/// A client whose screen is as the last update left it.
pub(crate) struct Vnc<S> {
    stream: S,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) name: String,
    pub(crate) pixels: Vec<u32>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Vnc<S> {
    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// What the stream fails with, here and below.
    pub(crate) async fn begin(mut stream: S) -> io::Result<Self> {
        let mut version = [0; 12];
        stream.read_exact(&mut version).await?;
        assert_eq!(&version, b"RFB 003.008\n");
        stream.write_all(&version).await?;
        let count = usize::from(stream.read_u8().await?);
        let mut kinds = vec![0; count];
        stream.read_exact(&mut kinds).await?;
        assert!(kinds.contains(&1), "it asks for a password: {kinds:?}");
        stream.write_all(&[1]).await?;
        assert_eq!(stream.read_u32().await?, 0);
        stream.write_all(&[1]).await?;
        let (width, height) = (stream.read_u16().await?, stream.read_u16().await?);
        let mut format = [0; 16];
        stream.read_exact(&mut format).await?;
        let length = usize::try_from(stream.read_u32().await?).expect("a length");
        let mut name = vec![0; length];
        stream.read_exact(&mut name).await?;
        let name = String::from_utf8(name).expect("a name is UTF-8");
        let mut this = Self { stream, width: 0, height: 0, name, pixels: Vec::new() };
        this.resize(width.into(), height.into());
        // 32 bits, least significant first, red in the third byte: what QEMU has anyway.
        let format = [0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];
        this.stream.write_all(&format).await?;
        let mut encodings = vec![2, 0, 0, u8::try_from(ENCODINGS.len()).expect("a few")];
        encodings.extend(ENCODINGS.iter().flat_map(|code| code.to_be_bytes()));
        this.stream.write_all(&encodings).await?;
        this.stream.flush().await?;
        Ok(this)
    }

    fn resize(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.pixels = vec![0; width * height];
    }

    /// Asks for an update.
    pub(crate) async fn ask(&mut self, only_changes: bool) -> io::Result<()> {
        let [width, height] = [self.width, self.height].map(|size| u16::try_from(size).expect("a size"));
        let mut message = vec![3, only_changes.into(), 0, 0, 0, 0];
        message.extend_from_slice(&width.to_be_bytes());
        message.extend_from_slice(&height.to_be_bytes());
        self.stream.write_all(&message).await?;
        self.stream.flush().await
    }

    /// Presses a key and lets it go.
    pub(crate) async fn key(&mut self, keysym: u32) -> io::Result<()> {
        for down in [1, 0] {
            let mut message = vec![4, down, 0, 0];
            message.extend_from_slice(&keysym.to_be_bytes());
            self.stream.write_all(&message).await?;
        }
        self.stream.flush().await
    }

    /// Types letters.
    pub(crate) async fn type_text(&mut self, text: &str) -> io::Result<()> {
        for letter in text.chars() {
            self.key(u32::from(letter)).await?;
        }
        Ok(())
    }

    /// Moves the pointer.
    pub(crate) async fn point(&mut self, x: u16, y: u16, buttons: u8) -> io::Result<()> {
        let mut message = vec![5, buttons];
        message.extend_from_slice(&x.to_be_bytes());
        message.extend_from_slice(&y.to_be_bytes());
        self.stream.write_all(&message).await?;
        self.stream.flush().await
    }

    /// Pastes a text.
    pub(crate) async fn paste(&mut self, text: &str) -> io::Result<()> {
        let mut message = vec![6, 0, 0, 0];
        message.extend_from_slice(&u32::try_from(text.len()).expect("a length").to_be_bytes());
        message.extend_from_slice(text.as_bytes());
        self.stream.write_all(&message).await?;
        self.stream.flush().await
    }

    /// Asks for all of the screen, and then for what changes, until it shows `wanted` in some row.
    pub(crate) async fn see(&mut self, wanted: &str) -> io::Result<()> {
        self.ask(false).await?;
        loop {
            self.update().await?;
            if self.rows().any(|row| row.contains(wanted)) {
                return Ok(());
            }
            self.ask(true).await?;
        }
    }

    /// Reads messages up to the end of an update.
    pub(crate) async fn update(&mut self) -> io::Result<()> {
        loop {
            match self.stream.read_u8().await? {
                0 => break,
                2 => {}
                3 => {
                    self.stream.read_exact(&mut [0; 3]).await?;
                    let length = usize::try_from(self.stream.read_u32().await?).expect("a length");
                    self.stream.read_exact(&mut vec![0; length]).await?;
                }
                other => panic!("message {other} was not asked for"),
            }
        }
        self.stream.read_u8().await?;
        let count = self.stream.read_u16().await?;
        for _ in 0..count {
            let mut place = [0; 4];
            for number in &mut place {
                *number = usize::from(self.stream.read_u16().await?);
            }
            let [x, y, width, height] = place;
            match self.stream.read_i32().await? {
                0 => self.raw(x, y, width, height).await?,
                5 => self.hextile(x, y, width, height).await?,
                -223 => self.resize(width, height),
                other => panic!("encoding {other} was not asked for"),
            }
        }
        Ok(())
    }

    async fn raw(&mut self, x: usize, y: usize, width: usize, height: usize) -> io::Result<()> {
        for y in y..y + height {
            for x in x..x + width {
                let pixel = self.stream.read_u32_le().await?;
                self.put(x, y, pixel);
            }
        }
        Ok(())
    }

    async fn hextile(&mut self, left: usize, top: usize, width: usize, height: usize) -> io::Result<()> {
        let (mut ground, mut ink) = (0, 0);
        for y in (top..top + height).step_by(16) {
            for x in (left..left + width).step_by(16) {
                let (w, h) = (16.min(left + width - x), 16.min(top + height - y));
                let kind = self.stream.read_u8().await?;
                if kind & 1 != 0 {
                    self.raw(x, y, w, h).await?;
                    continue;
                }
                if kind & 2 != 0 {
                    ground = self.stream.read_u32_le().await?;
                }
                self.fill(x, y, w, h, ground);
                if kind & 4 != 0 {
                    ink = self.stream.read_u32_le().await?;
                }
                let count = if kind & 8 != 0 { self.stream.read_u8().await? } else { 0 };
                for _ in 0..count {
                    let colour = if kind & 16 != 0 { self.stream.read_u32_le().await? } else { ink };
                    let [at, size] = [self.stream.read_u8().await?, self.stream.read_u8().await?].map(usize::from);
                    self.fill(x + (at >> 4), y + (at & 15), (size >> 4) + 1, (size & 15) + 1, colour);
                }
            }
        }
        Ok(())
    }

    fn fill(&mut self, left: usize, top: usize, width: usize, height: usize, pixel: u32) {
        for y in top..top + height {
            for x in left..left + width {
                self.put(x, y, pixel);
            }
        }
    }

    fn put(&mut self, x: usize, y: usize, pixel: u32) {
        assert!(x < self.width && y < self.height, "{x},{y} lies outside of {}×{}", self.width, self.height);
        self.pixels[y * self.width + x] = pixel;
    }

    /// Reads what stands on the screen, row by row.
    pub(crate) fn rows(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.height / CELL.1).map(|row| {
            let text: String = (0..self.width / CELL.0).map(|column| self.letter(column, row)).collect();
            text.trim().to_owned()
        })
    }

    fn letter(&self, column: usize, row: usize) -> char {
        let at = |x: usize, y: usize| self.pixels[(row * CELL.1 + y) * self.width + column * CELL.0 + x];
        let is_set = |x, y| at(x + 1, y + 1) != at(0, 0);
        let points = || (0..font::HEIGHT).flat_map(|y| (0..font::WIDTH).map(move |x| (x, y)));
        let looks_like = |letter: &char| points().all(|(x, y)| is_set(x, y) == font::is_set(*letter, x, y));
        (' '..='~').find(looks_like).unwrap_or('?')
    }
}
