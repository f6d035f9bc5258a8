//! Small images that lie as bytes one behind the other.

use tch::Tensor;

use crate::train::data::{DataError, Dataset};
use crate::train::torch::During;

/// Images with their classes, of one shape.
#[derive(Debug)]
pub(super) struct Pixels {
    /// `images × channels × height × width` bytes, 0 to 255.
    pub(super) bytes: Vec<u8>,
    /// Channels, height, width of one image.
    pub(super) shape: [usize; 3],
    /// The class of each image.
    pub(super) classes: Vec<u8>,
}

impl Pixels {
    /// Number of images.
    pub(super) fn len(&self) -> usize {
        self.classes.len()
    }

    /// These images, in this order: `[images, channels, height, width]` in [0, 1], with class numbers
    /// below `classes`.
    ///
    /// # Errors
    /// No memory.
    #[allow(clippy::cast_possible_wrap, reason = "sides of small images")]
    pub(super) fn dataset(
        &self,
        images: impl Iterator<Item = usize>,
        classes: usize,
    ) -> Result<Dataset, DataError> {
        let size: usize = self.shape.iter().product();
        let levels: [f32; 256] = std::array::from_fn(|level| level as f32 / 255.0);
        let (mut values, mut targets) = (Vec::new(), Vec::new());
        for image in images {
            let bytes = &self.bytes[image * size..][..size];
            values.extend(bytes.iter().map(|&byte| levels[usize::from(byte)]));
            targets.push(i64::from(self.classes[image]));
        }
        let [channels, height, width] = self.shape.map(|side| side as i64);
        let inputs = Tensor::f_from_slice(&values).during("reading images")?;
        let inputs = inputs.f_view([-1, channels, height, width]).during("reading images")?;
        let targets = Tensor::f_from_slice(&targets).during("reading images")?;
        Ok(Dataset::new(inputs, targets, classes as i64)?)
    }

    /// Those with these numbers, as a split draws them.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "numbers from 0 to below a length"
    )]
    pub(super) fn drawn(&self, images: &[i64], classes: usize) -> Result<Dataset, DataError> {
        self.dataset(images.iter().map(|&image| image as usize), classes)
    }
}
