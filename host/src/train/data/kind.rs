//! The kinds of data.

use super::formats::{
    CifarConfig, IdxConfig, ImagesConfig, TableConfig, TensorsConfig, TextConfig, TextOrder,
};
use super::keys::keys_of;

/// Data that a run file can name.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DataKind {
    /// The handwritten digits that the binary carries.
    #[default]
    Digits,
    /// MNIST's four IDX files.
    Mnist(IdxConfig),
    /// Fashion-MNIST's, of the same format.
    FashionMnist(IdxConfig),
    /// The binary batches of CIFAR-10.
    Cifar10(CifarConfig),
    /// A folder of JPEG and PNG files per class.
    Images(ImagesConfig),
    /// A table as text.
    Csv(TableConfig),
    /// A table by columns.
    Parquet(TableConfig),
    /// Bytes or characters, each to be told from those before it.
    Text(TextConfig),
    /// Tensors in safetensors or npz.
    Tensors(TensorsConfig),
}

impl DataKind {
    /// The names in a run file.
    pub const NAMES: [&str; 9] = [
        "digits",
        "mnist",
        "fashion-mnist",
        "cifar10",
        "images",
        "csv",
        "parquet",
        "text",
        "tensors",
    ];

    /// From the keys of its own; without any it is the default.
    pub(super) fn of(table: toml::Table) -> Result<Self, toml::de::Error> {
        if table.contains_key("kind") { table.try_into() } else { Ok(Self::default()) }
    }

    /// The keys that the kind of this name has beside those that all have.
    pub(super) fn keys(name: &str) -> &'static [&'static str] {
        match name {
            "mnist" | "fashion-mnist" => keys_of::<IdxConfig>(),
            "cifar10" => keys_of::<CifarConfig>(),
            "images" => keys_of::<ImagesConfig>(),
            "csv" | "parquet" => keys_of::<TableConfig>(),
            "text" => keys_of::<TextConfig>(),
            "tensors" => keys_of::<TensorsConfig>(),
            _ => &[],
        }
    }

    /// The name in a run file.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Mnist(_) => "mnist",
            Self::FashionMnist(_) => "fashion-mnist",
            Self::Cifar10(_) => "cifar10",
            Self::Images(_) => "images",
            Self::Csv(_) => "csv",
            Self::Parquet(_) => "parquet",
            Self::Text(_) => "text",
            Self::Tensors(_) => "tensors",
        }
    }

    /// Whether samples lie in such an order that each batch goes on where the one before it ended:
    /// they are not shuffled then.
    #[must_use]
    pub fn is_continuous(&self) -> bool {
        matches!(self, Self::Text(text) if text.order == TextOrder::Continuous)
    }
}
