"""What the pretend company is made of. Numbers come from ranges that regulators keep free for fiction."""

FICTIONAL_RANGES = (
    # prefix, free digits, place. North America 555-01xx; Ofcom, ARCEP, BNetzA, PTS and ACMA for the others.
    ("+141555501", 2, "San Francisco, CA"),
    ("+121255501", 2, "New York, NY"),
    ("+131255501", 2, "Chicago, IL"),
    ("+161755501", 2, "Boston, MA"),
    ("+150355501", 2, "Portland, OR"),
    ("+160455501", 2, "Vancouver, BC"),
    ("+442079460", 3, "London"),
    ("+441614960", 3, "Manchester"),
    ("+493023125", 3, "Berlin"),
    ("+494066969", 3, "Hamburg"),
    ("+3319900", 4, "Paris"),
    ("+4684650040", 1, "Stockholm"),
    ("+6125550", 4, "Sydney"),
)

REGULARS = (
    ("Martin", "Olsen", "+4722123456", "Oslo", "Fjordlys AS"),
    ("Anna", "Weber", "+493023125018", "Berlin", "Weber & Lang"),
    ("Karla", "Rossi", "+39064521118", "Rome", "Studio Rossi"),
    ("Hugo", "Silva", "+442079460142", "London", "Silva Imports"),
    ("Vera", "Ivanov", "+33199000133", "Paris", "Atelier V"),
    ("Grace", "Kim", "+14155550162", "San Francisco, CA", "Bayside Dental"),
    ("Omar", "Haddad", "+12125550129", "New York, NY", "Haddad Logistics"),
)
"""First name, last name, number, place, company: in every account, whatever the seed."""

FIRST = (
    "Ada", "Amir", "Bea", "Carl", "Chloe", "Dario", "Ella", "Emil", "Farah", "Georg", "Hana", "Ines", "Ivan",
    "Jonas", "Julia", "Kofi", "Lea", "Liam", "Mara", "Mei", "Nadia", "Nils", "Olga", "Paul", "Priya", "Rosa",
    "Samir", "Sven", "Tara", "Tom", "Ursula", "Viktor", "Wanda", "Yuki", "Zoe",
)  # fmt: skip
LAST = (
    "Adler", "Baker", "Costa", "Dahl", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Keller", "Lopez",
    "Meyer", "Nguyen", "Okafor", "Patel", "Quinn", "Reed", "Santos", "Turner", "Urban", "Vogel", "Walsh", "Young",
)  # fmt: skip
POSTS = (
    ("Account manager", "Sales"),
    ("Sales engineer", "Sales"),
    ("Agent", "Support"),
    ("Team lead", "Support"),
    ("Bookkeeper", "Finance"),
    ("Buyer", "Operations"),
    ("Designer", "Product"),
    ("Developer", "Product"),
)
COMPANIES = (
    "Larkfield Supplies",
    "Northgate Tools",
    "Harbour & Finch",
    "Bluewater Systems",
    "Oak Street Trading",
)
CUSTOMERS = ("Acorn Foods", "Brightline", "Cobalt Travel", "Delta Print", "Elmwood Clinic", "Foxglove Books")
WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbor",
    "indigo",
    "juniper",
    "kestrel",
)


def domain(company: str) -> str:
    """A mail domain for a company, under the top level that never resolves."""
    return "".join(sign for sign in company.lower() if sign.isalnum()) + ".example"
