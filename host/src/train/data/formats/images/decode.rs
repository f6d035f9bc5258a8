//! One file becomes numbers.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader};

use super::super::file::{size, unreadable, wrong};
use super::Channels;
use crate::train::data::DataError;

/// How an image of other proportions is brought to a size. Both are bilinear, over all pixels that a
/// new one covers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// It is stretched: all of it is there, and proportions change.
    #[default]
    Stretch,
    /// It is made as small as it can be without leaving a gap, and its middle is kept.
    Crop,
}

/// What every image becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) channels: Channels,
    pub(super) height: u32,
    pub(super) width: u32,
    /// `None`: an image must be of this size already.
    pub(super) fit: Option<Fit>,
}

impl Shape {
    /// Numbers of an image.
    pub(super) fn numbers(self) -> usize {
        usize::from(u8::from(self.channels)) * self.height as usize * self.width as usize
    }

    /// What it takes in memory.
    pub(super) fn bytes(self) -> u64 {
        4 * self.numbers() as u64
    }

    /// Channels, height, width.
    pub(super) fn dimensions(self) -> [i64; 3] {
        [u8::from(self.channels).into(), self.height.into(), self.width.into()]
    }

    /// The same, of the size of this file's image.
    pub(super) fn of_file(self, path: &Path) -> Result<Self, DataError> {
        let image = decode(path)?;
        Ok(Self { height: image.height(), width: image.width(), ..self })
    }

    /// Numbers in [0, 1]: channel by channel, line by line. `into` has room for exactly these.
    ///
    /// # Errors
    /// A file that does not decode, or an image of another size.
    pub(super) fn read(self, path: &Path, into: &mut [f32]) -> Result<(), DataError> {
        let image = self.fitted(in_channels(decode(path)?, self.channels), path)?;
        let bytes = image.as_bytes();
        let channels = usize::from(u8::from(self.channels));
        let plane = into.len() / channels;
        for (channel, plane) in into.chunks_exact_mut(plane.max(1)).enumerate() {
            let levels = bytes.iter().skip(channel).step_by(channels);
            for (value, &level) in plane.iter_mut().zip(levels) {
                *value = f32::from(level) / 255.0;
            }
        }
        Ok(())
    }

    fn fitted(self, image: DynamicImage, path: &Path) -> Result<DynamicImage, DataError> {
        let (width, height) = (self.width, self.height);
        if (image.width(), image.height()) == (width, height) {
            return Ok(image);
        }
        match self.fit {
            Some(Fit::Stretch) => Ok(image.resize_exact(width, height, FilterType::Triangle)),
            Some(Fit::Crop) => Ok(image.resize_to_fill(width, height, FilterType::Triangle)),
            None => {
                let (found_height, found_width) = (image.height(), image.width());
                let reason = format!(
                    "it has height {found_height} and width {found_width}, and the first image \
                     {height} and {width}; set size = [height, width]"
                );
                Err(wrong(path, reason))
            }
        }
    }
}

/// A whole image. Transparency and orientation tags are not looked at.
pub(super) fn decode(path: &Path) -> Result<DynamicImage, DataError> {
    size(path)?;
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let format = image::guess_format(&bytes).ok();
    let format = format.filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png));
    let Some(format) = format else {
        return Err(wrong(path, "it is neither JPEG nor PNG"));
    };
    if format == ImageFormat::Jpeg && !has_end(&bytes) {
        return Err(wrong(path, "the JPEG ends early"));
    }
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    // The decoders are other people's code: what they panic with is a fault of the file as well.
    let decoded = crate::callback::caught(|| reader.decode());
    let decoded =
        decoded.map_err(|message| wrong(path, format!("the decoder panicked: {message}")))?;
    decoded.map_err(|error| wrong(path, format!("it does not decode: {error}")))
}

/// Whether the mark of the end comes after the last scan's beginning: what is missing of a scan, a
/// decoder makes grey. Inside a scan, no such mark can be.
fn has_end(jpeg: &[u8]) -> bool {
    let last = |mark: [u8; 2]| jpeg.windows(2).rposition(|two| two == mark);
    match (last([0xff, 0xda]), last([0xff, 0xd9])) {
        (Some(scan), Some(end)) => scan < end,
        _ => false,
    }
}

/// Colours or brightness, eight bits each.
fn in_channels(image: DynamicImage, channels: Channels) -> DynamicImage {
    let is_grey = !image.color().has_color();
    match channels {
        Channels::Three => image.into_rgb8().into(),
        Channels::One if is_grey => image.into_luma8().into(),
        Channels::One => {
            let colours = image.into_rgb8();
            let (width, height) = colours.dimensions();
            let grey = colours.pixels().map(|pixel| brightness(pixel.0)).collect();
            // Exactly so many bytes were collected.
            GrayImage::from_raw(width, height, grey).unwrap_or_default().into()
        }
    }
}

/// ITU-R BT.601 in sixteen bits, as Pillow's mode `L`, which most published models were trained with.
fn brightness([red, green, blue]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(red) + 38_470 * u32::from(green) + 7_471 * u32::from(blue);
    u8::try_from((sum + 0x8000) >> 16).unwrap_or(u8::MAX)
}
