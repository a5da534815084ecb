//! What the catalogue knows of a product.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::codes::SerialKind;
use crate::ids::{CategoryCode, Gtin, OwnerCode, Sku, VendorCode, WeeeCategory};
use crate::money::Money;

/// A catalogue item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The owner's article number.
    pub sku: Sku,
    /// Trade item numbers that name it.
    #[serde(default)]
    pub gtins: Vec<Gtin>,
    /// Title as the bench shows it.
    pub title: String,
    /// Category, which picks the checklist.
    pub category: CategoryCode,
    /// Whose goods these are.
    pub owner: OwnerCode,
    /// Price as new.
    pub price: Option<Money>,
    /// Percent of the price lost per week, from the category or the item.
    #[serde(default)]
    pub weekly_decay_percent: Decimal,
    /// Its serial must be read and compared with the one shipped.
    #[serde(default)]
    pub serial_required: bool,
    /// What kind of number its serial is.
    #[serde(default)]
    pub serial_kind: SerialKind,
    /// Lot and expiry must be read.
    #[serde(default)]
    pub expiry_tracked: bool,
    /// What it should weigh.
    pub weight_grams: Option<u32>,
    /// May hold a customer's data.
    #[serde(default)]
    pub data_bearing: bool,
    /// Holds a lithium battery.
    #[serde(default)]
    pub battery: bool,
    /// Other dangerous goods (aerosol, flammable).
    #[serde(default)]
    pub dangerous_goods: bool,
    /// Sold under a hygiene seal: once opened never restocked.
    #[serde(default)]
    pub hygiene_seal: bool,
    /// Under recall.
    #[serde(default)]
    pub recalled: bool,
    /// Category of electrical waste, where it is one.
    pub weee: Option<WeeeCategory>,
    /// The vendor's agreement to take returns, where there is one.
    pub vendor: Option<VendorAgreement>,
}

/// A vendor's agreement to take goods back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorAgreement {
    /// Who takes them.
    pub vendor: VendorCode,
    /// Last day; without one it does not end.
    pub rtv_until: Option<Date>,
    /// Units below this value are not taken.
    pub from_value: Option<Money>,
}
