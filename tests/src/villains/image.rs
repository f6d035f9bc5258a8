//! A descriptor and a plan as they lie in a guest's memory, by the canonical ABI for 32 bits.

/// What a guest says of itself.
#[derive(Clone)]
pub struct About {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its summary.
    pub summary: String,
    /// Names of its parameters, whole numbers all.
    pub params: Vec<String>,
    /// Powers that it needs.
    pub needs: Vec<String>,
    /// Powers that it wants.
    pub wants: Vec<String>,
}

/// What a guest plans.
#[derive(Clone)]
pub struct Schedule {
    /// Its subscriptions: number of the hook, of the phase or none, and `every`.
    pub subscriptions: Vec<(u8, Option<u8>, u32)>,
    /// Metrics that it monitors.
    pub monitors: Vec<String>,
    /// Metrics that it reports.
    pub reports: Vec<String>,
    /// Powers that it uses.
    pub powers: Vec<String>,
    /// Numbers of the hyper-parameters that it owns.
    pub owns: Vec<u8>,
    /// Plugins whose transforms come later.
    pub run_before: Vec<String>,
}

/// Number of `batch-end` among the hooks.
pub(super) const BATCH_END: u8 = 7;

impl Default for About {
    fn default() -> Self {
        About {
            name: "villain".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "means no harm".to_owned(),
            params: Vec::new(),
            needs: Vec::new(),
            wants: Vec::new(),
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Schedule {
            subscriptions: vec![(BATCH_END, Some(0), 1)],
            monitors: Vec::new(),
            reports: Vec::new(),
            powers: Vec::new(),
            owns: Vec::new(),
            run_before: Vec::new(),
        }
    }
}

/// Bytes from one address on.
pub(super) struct Image {
    base: usize,
    pub(super) bytes: Vec<u8>,
}

impl Image {
    pub(super) fn at(base: usize) -> Image {
        Image { base, bytes: Vec::new() }
    }

    /// Puts them behind all others, at a multiple of eight; where they lie.
    fn put(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let address = self.base + self.bytes.len();
        self.bytes.extend(bytes);
        u32::try_from(address).unwrap()
    }

    /// Address and length.
    fn text(&mut self, text: &str) -> Vec<u8> {
        pair(self.put(text.as_bytes()), text.len())
    }

    fn list(&mut self, elements: &[Vec<u8>]) -> Vec<u8> {
        pair(self.put(&elements.concat()), elements.len())
    }

    fn texts(&mut self, texts: &[String]) -> Vec<u8> {
        let elements: Vec<Vec<u8>> = texts.iter().map(|text| self.text(text)).collect();
        self.list(&elements)
    }

    /// A whole number from 0 to 10, 1 by default.
    fn param(&mut self, name: &str) -> Vec<u8> {
        let mut record = [self.text(name), self.text("a number")].concat();
        record.extend([case(1, 8), 1_u64.to_le_bytes().to_vec()].concat());
        record.extend([case(1, 8), 0_f64.to_le_bytes().to_vec()].concat());
        record.extend([case(1, 8), 10_f64.to_le_bytes().to_vec()].concat());
        record.extend([0; 8]);
        record
    }

    /// Address of the record.
    pub(super) fn descriptor(&mut self, about: &About) -> u32 {
        let params: Vec<Vec<u8>> = about.params.iter().map(|name| self.param(name)).collect();
        let record = [
            self.text(&about.name),
            self.text(&about.version),
            self.text(&about.summary),
            self.list(&params),
            self.texts(&about.needs),
            self.texts(&about.wants),
            1_u32.to_le_bytes().to_vec(),
        ];
        self.put(&record.concat())
    }

    /// Address of an `ok` with the record.
    pub(super) fn plan(&mut self, plan: &Schedule) -> u32 {
        let subscription = |&(hook, phase, every): &(u8, Option<u8>, u32)| {
            let phase = [u8::from(phase.is_some()), phase.unwrap_or(0)];
            [&[hook, phase[0], phase[1], 0][..], &every.to_le_bytes(), &[0; 4]].concat()
        };
        let subscriptions: Vec<Vec<u8>> = plan.subscriptions.iter().map(subscription).collect();
        let reports: Vec<Vec<u8>> =
            plan.reports.iter().map(|name| [self.text(name), vec![0; 4]].concat()).collect();
        let owns: Vec<Vec<u8>> = plan.owns.iter().map(|name| vec![*name]).collect();
        let record = [
            case(0, 4),
            self.list(&subscriptions),
            vec![0; 4],
            self.texts(&plan.monitors),
            self.list(&reports),
            self.texts(&plan.powers),
            self.list(&owns),
            self.texts(&plan.run_before),
            self.texts(&[]),
        ];
        self.put(&record.concat())
    }
}

fn pair(address: u32, length: usize) -> Vec<u8> {
    [address.to_le_bytes(), u32::try_from(length).unwrap().to_le_bytes()].concat()
}

/// A discriminant, and what fills it up.
fn case(number: u8, width: usize) -> Vec<u8> {
    let mut bytes = vec![number];
    bytes.resize(width, 0);
    bytes
}
