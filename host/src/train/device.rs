//! Where a run computes: what the user may ask for, and opening it.
//!
//! [`open`] comes before the first tensor and before seeding, because libtorch remembers for good
//! whether CUDA was there when it was first asked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tch::Device;

use super::torch::{self, TorchError};

/// What a run file or `--device` asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// The first CUDA device if there is one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device with this number, or an error.
    Cuda(usize),
}

/// A device that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The device itself.
    pub device: Device,
    /// What the user should be told once: why `auto` took the CPU.
    pub notice: Option<String>,
}

/// Why a device cannot be had. Every text ends with the remedy.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// No such name.
    #[error("unknown device `{0}`: use auto, cpu, or cuda:N with a device number, such as cuda:0")]
    Unknown(String),
    /// The CUDA half of libtorch is missing or incomplete.
    #[error(
        "cuda:{device}: the CUDA libraries in {folder} cannot be opened ({reason}); \
         fetch them with `make libtorch CUDA=1`, or use --device cpu"
    )]
    Libraries {
        /// The device that was asked for.
        device: usize,
        /// Where the libraries should be.
        folder: PathBuf,
        /// The dynamic loader's words.
        reason: String,
    },
    /// The libraries are there, a device is not.
    #[error(
        "cuda:{device}: no NVIDIA driver answers{reason}; install a driver for CUDA 13, \
         or use --device cpu"
    )]
    Driver {
        /// The device that was asked for.
        device: usize,
        /// libtorch's words in brackets, or nothing.
        reason: String,
    },
    /// The number is too high.
    #[error(
        "cuda:{device}: this machine has {count} CUDA device(s), counted from 0; use a lower N"
    )]
    Missing {
        /// The device that was asked for.
        device: usize,
        /// How many there are.
        count: usize,
    },
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let unknown = || DeviceError::Unknown(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "cuda" => Ok(Self::Cuda(0)),
            _ => {
                let number = text.strip_prefix("cuda:").ok_or_else(unknown)?;
                number.parse().map(Self::Cuda).map_err(|_| unknown())
            }
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = DeviceError;

    fn try_from(text: String) -> Result<Self, DeviceError> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

/// Opens a device, with the CUDA libraries beside the libtorch that this binary was built with.
///
/// # Errors
/// A CUDA device that was named and cannot be had; `auto` never fails.
pub fn open(choice: DeviceChoice) -> Result<Opened, DeviceError> {
    open_from(choice, Path::new(torch::LIBTORCH))
}

/// Opens a device, with the CUDA libraries in `folder`.
///
/// # Errors
/// As [`open`].
pub fn open_from(choice: DeviceChoice, folder: &Path) -> Result<Opened, DeviceError> {
    match choice {
        DeviceChoice::Cpu => Ok(Opened { device: Device::Cpu, notice: None }),
        DeviceChoice::Cuda(index) => {
            cuda(index, folder).map(|device| Opened { device, notice: None })
        }
        DeviceChoice::Auto => Ok(cuda(0, folder).map_or_else(
            |error| Opened { device: Device::Cpu, notice: Some(notice(&error)) },
            |device| Opened { device, notice: None },
        )),
    }
}

fn cuda(device: usize, folder: &Path) -> Result<Device, DeviceError> {
    torch::open_cuda(folder).map_err(|TorchError { message: reason, .. }| {
        DeviceError::Libraries { device, folder: folder.to_owned(), reason }
    })?;
    match torch::cuda_device_count() {
        Err(error) => Err(DeviceError::Driver { device, reason: format!(" ({})", error.message) }),
        Ok(0) => Err(DeviceError::Driver { device, reason: String::new() }),
        Ok(count) if device >= count => Err(DeviceError::Missing { device, count }),
        Ok(_) => Ok(Device::Cuda(device)),
    }
}

/// `auto` asked for nothing in particular, so it names the cause and no remedy.
fn notice(error: &DeviceError) -> String {
    let cause = match error {
        DeviceError::Libraries { .. } => "the CUDA libraries are not installed",
        _ => "no NVIDIA driver answers",
    };
    format!("training on the CPU: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for name in ["auto", "cpu", "cuda:0", "cuda:3"] {
            assert_eq!(name.parse::<DeviceChoice>().unwrap().to_string(), name);
        }
        assert_eq!("cuda".parse::<DeviceChoice>().unwrap(), DeviceChoice::Cuda(0));
        for name in ["gpu", "cuda:", "cuda:-1", "CPU", ""] {
            let error = name.parse::<DeviceChoice>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("unknown device `{name}`: use auto, cpu")),
                "{error}"
            );
        }
    }

    #[test]
    fn auto_without_libraries_takes_the_cpu_and_says_so() {
        let opened = open_from(DeviceChoice::Auto, Path::new("/nowhere")).unwrap();
        assert_eq!(opened.device, Device::Cpu);
        let notice = opened.notice.unwrap();
        assert_eq!(notice, "training on the CPU: the CUDA libraries are not installed");
    }

    #[test]
    fn a_named_device_without_libraries_is_an_error_with_a_remedy() {
        let error = open_from(DeviceChoice::Cuda(1), Path::new("/nowhere")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "cuda:1: the CUDA libraries in /nowhere cannot be opened \
             (/nowhere/libtorch_cuda.so: cannot open shared object file: No such file or directory); \
             fetch them with `make libtorch CUDA=1`, or use --device cpu"
        );
    }

    #[test]
    fn what_the_driver_lacks_is_named() {
        let error = DeviceError::Missing { device: 3, count: 2 }.to_string();
        assert_eq!(
            error,
            "cuda:3: this machine has 2 CUDA device(s), counted from 0; use a lower N"
        );
        let error = DeviceError::Driver { device: 0, reason: String::new() }.to_string();
        assert!(error.contains("no NVIDIA driver answers; install a driver"), "{error}");
    }

    #[test]
    fn the_cpu_needs_nothing() {
        let opened = open_from(DeviceChoice::Cpu, Path::new("/nowhere")).unwrap();
        assert_eq!((opened.device, opened.notice), (Device::Cpu, None));
    }
}
