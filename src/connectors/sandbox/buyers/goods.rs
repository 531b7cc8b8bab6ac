//! What the shop sells and where its buyers live.

/// What kind of thing it is; some worries fit only some kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Clothes,
    Shoes,
    Electronics,
    Home,
    Toys,
    Beauty,
}

/// A thing with the forms of its name.
#[derive(Debug)]
pub(super) struct Thing {
    pub kind: Kind,
    /// 0 masculine, 1 feminine, 2 neuter, 3 plural.
    pub gender: usize,
    pub nom: &'static str,
    pub acc: &'static str,
    pub gen_: &'static str,
    pub price: &'static str,
}

const fn thing(kind: Kind, gender: usize, [nom, acc, gen_]: [&'static str; 3], price: &'static str) -> Thing {
    Thing { kind, gender, nom, acc, gen_, price }
}

const HE: usize = 0;
const SHE: usize = 1;
const IT: usize = 2;
const THEY: usize = 3;

pub(super) const THINGS: [Thing; 26] = [
    thing(Kind::Clothes, SHE, ["зимняя куртка", "зимнюю куртку", "зимней куртки"], "6 490"),
    thing(Kind::Clothes, IT, ["вязаное платье", "вязаное платье", "вязаного платья"], "3 190"),
    thing(Kind::Clothes, THEY, ["джинсы", "джинсы", "джинсов"], "2 890"),
    thing(Kind::Clothes, IT, ["худи с начёсом", "худи с начёсом", "худи с начёсом"], "2 390"),
    thing(Kind::Clothes, SHE, ["льняная рубашка", "льняную рубашку", "льняной рубашки"], "2 150"),
    thing(Kind::Clothes, SHE, ["пижама", "пижаму", "пижамы"], "1 690"),
    thing(
        Kind::Clothes,
        HE,
        ["утеплённый комбинезон", "утеплённый комбинезон", "утеплённого комбинезона"],
        "4 990",
    ),
    thing(Kind::Clothes, IT, ["термобельё", "термобельё", "термобелья"], "1 990"),
    thing(Kind::Shoes, THEY, ["зимние ботинки", "зимние ботинки", "зимних ботинок"], "5 290"),
    thing(Kind::Shoes, THEY, ["кроссовки", "кроссовки", "кроссовок"], "4 390"),
    thing(Kind::Shoes, THEY, ["замшевые туфли", "замшевые туфли", "замшевых туфель"], "3 790"),
    thing(
        Kind::Electronics,
        THEY,
        ["беспроводные наушники", "беспроводные наушники", "беспроводных наушников"],
        "2 990",
    ),
    thing(
        Kind::Electronics,
        HE,
        ["электрический чайник", "электрический чайник", "электрического чайника"],
        "2 490",
    ),
    thing(Kind::Electronics, HE, ["робот-пылесос", "робот-пылесос", "робота-пылесоса"], "15 990"),
    thing(Kind::Electronics, SHE, ["настольная лампа", "настольную лампу", "настольной лампы"], "1 890"),
    thing(
        Kind::Electronics,
        IT,
        ["зарядное устройство", "зарядное устройство", "зарядного устройства"],
        "1 290",
    ),
    thing(Kind::Electronics, THEY, ["умные часы", "умные часы", "умных часов"], "4 790"),
    thing(
        Kind::Home,
        HE,
        ["комплект постельного белья", "комплект постельного белья", "комплекта постельного белья"],
        "2 790",
    ),
    thing(Kind::Home, HE, ["плед", "плед", "пледа"], "1 590"),
    thing(Kind::Home, SHE, ["чугунная сковорода", "чугунную сковороду", "чугунной сковороды"], "2 290"),
    thing(Kind::Home, THEY, ["шторы блэкаут", "шторы блэкаут", "штор блэкаут"], "3 490"),
    thing(Kind::Home, SHE, ["полка для ванной", "полку для ванной", "полки для ванной"], "1 390"),
    thing(
        Kind::Toys,
        HE,
        ["деревянный конструктор", "деревянный конструктор", "деревянного конструктора"],
        "1 790",
    ),
    thing(Kind::Toys, SHE, ["железная дорога", "железную дорогу", "железной дороги"], "3 690"),
    thing(Kind::Beauty, HE, ["крем для лица", "крем для лица", "крема для лица"], "890"),
    thing(Kind::Beauty, SHE, ["сыворотка для волос", "сыворотку для волос", "сыворотки для волос"], "1 090"),
];

pub(super) const CITIES: [&str; 18] = [
    "Казань",
    "Тверь",
    "Самара",
    "Новосибирск",
    "Пермь",
    "Воронеж",
    "Тюмень",
    "Калуга",
    "Краснодар",
    "Мурманск",
    "Омск",
    "Ярославль",
    "Уфа",
    "Химки",
    "Сочи",
    "Вологда",
    "Иркутск",
    "Рязань",
];

pub(super) const STREETS: [&str; 12] = [
    "Ленина, 14",
    "Гагарина, 52",
    "Мира, 7",
    "Советская, 31",
    "Победы, 118",
    "Садовая, 9",
    "Кирова, 23",
    "Лесная, 4",
    "Молодёжная, 16",
    "Чехова, 40",
    "Строителей, 88",
    "Октябрьская, 2",
];

pub(super) const COLOURS: [&str; 10] = [
    "чёрный",
    "белый",
    "бежевый",
    "синий",
    "серый",
    "зелёный",
    "бордовый",
    "молочный",
    "графит",
    "терракотовый",
];

/// Sizes that a kind of thing has; empty when it has none.
pub(super) fn sizes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Clothes => &["42", "44", "46", "48", "50", "52", "54"],
        Kind::Shoes => &["36", "37", "38", "39", "40", "41", "42", "43", "44"],
        _ => &[],
    }
}

/// A thing as a marketplace sells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::connectors::sandbox) struct Ware {
    pub sku: u64,
    /// The seller's own article number.
    pub offer_id: String,
    pub name: String,
    /// A decimal number of roubles.
    pub price: String,
}

/// SKUs begin here.
const FIRST_SKU: u64 = 1_488_203_100;

/// Everything that the shop sells.
pub(in crate::connectors::sandbox) fn wares() -> impl Iterator<Item = Ware> {
    (0..THINGS.len()).map(ware)
}

/// The thing with a number; numbers go round.
pub(in crate::connectors::sandbox) fn ware(number: usize) -> Ware {
    let number = number % THINGS.len();
    let thing = &THINGS[number];
    let mut letters = thing.nom.chars();
    let name = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    let roubles: String = thing.price.chars().filter(char::is_ascii_digit).collect();
    Ware {
        sku: FIRST_SKU + number as u64 * 17,
        offer_id: format!("SM-{:04}", 1_000 + number * 7),
        name,
        price: format!("{roubles}.00"),
    }
}

/// A city by number; numbers go round.
pub(in crate::connectors::sandbox) fn city(number: usize) -> &'static str {
    CITIES[number % CITIES.len()]
}
