"""What the sample is made of: names, trades, subjects, and how often each thing happens."""

FIRST_NAMES = (
    "Aisha Alan Amara Anna Antonio Beatriz Ben Carla Chen Clara Daniel David Diego Elena Elif Emil Fatima Felix "
    "Grace Hana Hugo Ines Ivan Jonas Julia Kenji Lars Laura Lena Liam Lucia Maja Marco Maria Mateo Mina Nadia Nina "
    "Noah Nora Oliver Omar Pavel Petra Rafael Rosa Ruth Samuel Sara Sofia Stefan Tara Theo Tomas Vera Victor Wanda "
    "Yuki Yusuf Zoe"
).split()
LAST_NAMES = (
    "Abbott Almeida Andersen Bauer Becker Bianchi Bergström Castillo Chavez Cohen Costa Dubois Eriksen Farkas "
    "Fischer Fontaine Garcia Gruber Haas Hansen Herrera Horvat Ito Jansen Kaya Keller Kim Kowalski Kumar Lambert "
    "Lindqvist Lopez Marino Meyer Moreau Müller Nakamura Novak Okoye Olsen Park Peeters Petrov Pinto Ramos Ricci "
    "Rossi Santos Sato Schulz Silva Sørensen Suzuki Tanaka Varga Vogel Walsh Weber Yilmaz Zhang"
).split()
COMPANY_STARTS = (
    "Alder Amber Apex Arbor Atlas Aurora Beacon Birch Bright Cedar Clear Cobalt Copper Coral Crown Delta Eagle "
    "Ember Evergreen Falcon Granite Harbor Hazel Horizon Indigo Iron Juniper Lake Lark Linden Maple Meridian Mosaic "
    "North Oak Olive Onyx Orchard Pine Polar Prairie Quartz Raven River Saffron Sierra Silver Solar Sparrow Stone "
    "Summit Tidal Valley Willow"
).split()
COMPANY_ENDS = (
    "bridge crest field forge gate grid grove haven hill labs line link mark mill path peak point port ridge rock "
    "shore side smith spring stead vale view ware way works"
).split()
COMPANY_FORMS = ("", " Group", " Ltd", " GmbH", " Inc", " AB", " BV", " Partners")
INDUSTRIES = ("Software", "Manufacturing", "Retail", "Logistics", "Healthcare", "Finance", "Energy", "Education")
COMPANY_SIZES = ("1-10", "11-50", "51-200", "201-500", "501-1000", "1001+")
ROLES = ("CEO", "CTO", "CFO", "Head of Sales", "Head of Operations", "Buyer", "IT Manager", "Office Manager")

SOURCES = {"web_form": 34, "referral": 22, "cold_call": 14, "event": 12, "partner": 10, "import": 8}
CONTACTED_SHARE = {
    "web_form": 0.8,
    "referral": 0.95,
    "cold_call": 0.7,
    "event": 0.75,
    "partner": 0.9,
    "import": 0.5,
}
"""How many leads of a source are ever contacted."""

PRODUCTS = (
    "rollout",
    "pilot",
    "renewal",
    "upgrade",
    "expansion",
    "licences",
    "support plan",
    "migration",
    "onboarding",
)
LOST_REASONS = {"Price": 30, "Competitor": 22, "No decision": 18, "No budget": 14, "Timing": 10, "Missing feature": 6}
CURRENCIES = {"USD": 70, "EUR": 20, "GBP": 10}

DONE = {
    "call": (
        ("Discovery call", "spoke with the team, real interest"),
        ("Follow-up call", "left a message"),
        ("Pricing call", "wants a discount for two years"),
        ("Check-in call", "waiting for their budget"),
    ),
    "email": (
        ("Sent the overview", None),
        ("Sent references", "two customers of their size"),
        ("Answered questions on security", None),
        ("Sent the updated offer", None),
    ),
    "meeting": (
        ("Product demo", "went well, asked for a pilot"),
        ("Kick-off workshop", "agreed on the scope"),
        ("Contract review", "legal wants two changes"),
    ),
    "task": (("Prepare the offer", None), ("Update the forecast", None), ("Collect requirements", None)),
}
"""Kind of activity: what was done, and how it went."""

TO_DO = {
    "task": ("Send the contract", "Prepare the offer", "Ask for the purchase order", "Check the references"),
    "call": ("Call back", "Call about the budget", "Call to agree on a date"),
    "email": ("Send the case study", "Answer their questions"),
    "meeting": ("Demo for the whole team", "Negotiation meeting", "Quarterly review"),
}
NOTES = (
    "Decision is made by the board, which meets on the first Monday of the month.",
    "They use a competitor until the end of the year.",
    "Prefers e-mail to calls.",
    "Needs the offer in two parts: licences and services.",
    "Their legal team wants our data processing terms first.",
    "Budget is agreed for this quarter only.",
)
