"""The demo's customers. All are made up, and none can be reached.

Telephone numbers are of the ranges kept free for fiction: 555-0100 to 555-0199 of North America, and Ofcom's 01632 960xxx
and 07700 900xxx. Mail addresses are of the domains that RFC 2606 keeps for examples.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from cases.domain.customers import add_customer
from desk.management.demo.stage import Cast


class Person(NamedTuple):
    """``worth`` is what they are worth to us in a year, in hundreds of the unit's smallest unit; ``more`` the rest."""

    key: str
    name: str
    address: str
    unit: str
    zone: str
    place: str
    language: str = "en"
    phone: str = ""
    email: str = ""
    worth: int = 0
    more: dict[str, Any] = {}


SERVICE = {"risk_flags": ["Servicemember"]}

PEOPLE = [
    # Bank Cards, United States: from Guam to Puerto Rico, and with the armed forces abroad
    Person("grace", "Grace Okafor", "Ms. Okafor", "cards", "America/Denver", "US-CO", "en", "+13035550142", "grace.okafor@example.org", 2400),
    Person("ling", "陈灵", "陈女士", "cards", "America/Los_Angeles", "US-CA", "zh", "+14155550117", "ling.chen@example.com", 8200),
    Person("marisol", "María de la Soledad Hernández-Quintanilla y Fernández de Córdoba del Valle", "Señora Hernández", "cards", "America/New_York", "US-NY", "es", "+12125550188", "marisol@example.com", 15000, {"risk_flags": ["Older American"]}),
    Person("desmond", "Desmond Kealoha", "Mr. Kealoha", "cards", "Pacific/Honolulu", "US-HI", "en", "+18085550126", "desmond@example.org", 900),
    Person("tevita", "Tevita Fonoti", "Mr. Fonoti", "cards", "Pacific/Pago_Pago", "US-AS", "en", "+16845550133", "", 400),
    Person("rosa", "Rosa Camacho Santos", "Ms. Santos", "cards", "Pacific/Guam", "US-GU", "en", "+16715550109", "rosa.santos@example.com", 1200),
    Person("kiera", "Kiera Donnelly", "Sergeant Donnelly", "cards", "Asia/Tokyo", "US", "en", "+12535550151", "kiera@example.org", 700, SERVICE),
    Person("malik", "Malik Armstrong", "Sergeant Armstrong", "cards", "Europe/Berlin", "US", "en", "+19105550164", "malik@example.org", 650, SERVICE),
    Person("dana", "Dana Whitehorse", "Petty Officer Whitehorse", "cards", "Asia/Bahrain", "US", "en", "+17575550120", "dana@example.com", 800, SERVICE),
    Person("cole", "Cole Bergström", "Lieutenant Bergström", "cards", "Europe/London", "US", "en", "+18505550173", "", 1100, SERVICE),
    Person("inez", "Inez Tafoya", "Airman Tafoya", "cards", "Indian/Chagos", "US", "en", "+15055550195", "inez@example.org", 300, SERVICE),
    Person("yusuf", "Yuusuf Cabdi", "Mr. Cabdi", "cards", "America/Chicago", "US-MN", "so", "+16125550138", "yuusuf@example.com", 1800),
    Person("bo", "Bo Larsen", "Bo", "cards", "America/Anchorage", "US-AK", "en", "+19075550106", "bo@example.org", 250),
    Person("ana", "Ana Lucía Pagán", "Doña Ana", "cards", "America/Puerto_Rico", "US-PR", "es", "+17875550129", "ana.pagan@example.com", 2100),
    Person("hannah", "Hannah Goldstein", "Dr. Goldstein", "cards", "America/New_York", "US-NJ", "en", "+12015550155", "hannah@example.org", 6400),
    Person("siobhan", "Siobhán O’Brien-Smythe", "Ms. O’Brien-Smythe", "cards", "America/New_York", "US-MA", "en", "+16175550161", "siobhan@example.com", 3000),
    Person("khai", "Nguyễn Thị Minh Khai", "Cô Khai", "cards", "America/Los_Angeles", "US-CA", "vi", "+14085550147", "minh.khai@example.org", 1500),
    Person("wendell", "Wendell Q. Atherton III", "Mr. Atherton", "cards", "America/Chicago", "US-IL", "en", "+13125550199", "wendell@example.com", 22000, {"do_not_call": True, "channel_preference": "email"}),
    Person("joao", "João Batista de Almeida Ribeiro", "Senhor Ribeiro", "cards", "America/Sao_Paulo", "BR-SP", "pt-BR", "+447700900311", "joao@example.com", 4100),
    Person("ngozi", "Ngọzi Eze", "Madam Eze", "cards", "Africa/Lagos", "NG-LA", "en", "+447700900322", "ngozi@example.org", 2700),
    Person("priya", "Priya Raghunathan", "Ms. Raghunathan", "cards", "Asia/Kolkata", "IN-KA", "en", "+447700900333", "priya@example.com", 5200),
    # Air, the United Kingdom and beyond
    Person("olu", "Olúwaṣeun Adébáyọ̀", "Mr. Adébáyọ̀", "air", "Europe/London", "GB-LND", "en", "+441632960101", "olu@example.org", 9800),
    Person("fergus", "Fergus MacAulay", "Mr. MacAulay", "air", "Europe/London", "GB-SCT", "en", "+441632960114", "fergus@example.com", 2600),
    Person("ahmad", "محمد الأحمد", "السيد الأحمد", "air", "Asia/Dubai", "AE-DU", "ar", "+447700900412", "mohammed@example.org", 31000),
    Person("shira", "שירה לוי", "גברת לוי", "air", "Asia/Jerusalem", "IL-TA", "he", "+447700900423", "shira@example.com", 1900),
    Person("aroha", "Aroha Ngata", "Ms. Ngata", "air", "Pacific/Auckland", "NZ-AUK", "mi", "+447700900434", "aroha@example.org", 3300),
    Person("rawiri", "Rāwiri Solomon", "Mr. Solomon", "air", "Pacific/Chatham", "NZ-CIT", "mi", "+447700900445", "rawiri@example.com", 800),
    Person("bjork", "Björk Þórsdóttir", "Björk", "air", "Atlantic/Reykjavik", "IS", "is", "+447700900456", "bjork@example.org", 1400),
    Person("sita", "सीता गुरुङ", "Ms. Gurung", "air", "Asia/Kathmandu", "NP", "ne", "+447700900467", "sita@example.com", 600),
    Person("beatrice", "Beatrice Fairweather", "Mrs. Fairweather", "air", "Europe/London", "GB-ENG", "en", "", "", 450, {"channel_preference": "post"}),
    # Home, Europe
    Person("jurgen", "Jürgen Weiß-Ödegaard", "Herr Weiß-Ödegaard", "home", "Europe/Berlin", "DE-BE", "de", "+447700900511", "juergen@example.org", 720),
    Person("zoe", "Zoë van den Heuvel", "Mevrouw Van den Heuvel", "home", "Europe/Amsterdam", "NL-NH", "nl", "+447700900522", "zoe@example.com", 540),
    Person("elodie", "Élodie Brûlé", "Madame Brûlé", "home", "Europe/Paris", "FR-IDF", "fr", "+447700900533", "elodie@example.org", 610),
    Person("giorgos", "Γιώργος Παπαδόπουλος", "Κύριε Παπαδόπουλε", "home", "Europe/Athens", "GR", "el", "+447700900544", "giorgos@example.com", 380),
    Person("malgorzata", "Małgorzata Wiśniewska", "Pani Wiśniewska", "home", "Europe/Warsaw", "PL-14", "pl", "+447700900555", "malgorzata@example.org", 450),
    Person("noel", "Nóel Ó Súilleabháin", "Nóel", "home", "Europe/Dublin", "IE-D", "ga", "+447700900566", "noel@example.com", 500),
    Person("carmen", "Carmen Ruiz Falcón", "Doña Carmen", "home", "Atlantic/Canary", "ES-CN", "es", "+447700900577", "carmen@example.org", 330),
    Person("ioana", "Ioana Ștefănescu", "Doamna Ștefănescu", "home", "Europe/Bucharest", "RO-B", "ro", "+447700900588", "ioana@example.com", 290),
    # Air Japan
    Person("yoko", "佐藤 陽子", "佐藤様", "japan", "Asia/Tokyo", "JP-13", "ja", "+447700900611", "yoko@example.org", 4200),
    Person("ken", "田中 健", "田中様", "japan", "Asia/Tokyo", "JP-27", "ja", "+447700900622", "ken@example.com", 12500),
    Person("minjun", "김민준", "김민준 님", "japan", "Asia/Seoul", "KR-11", "ko", "+447700900633", "minjun@example.org", 2200),
]  # fmt: skip

# Some are customers of two units.
ALSO = {"olu": "cards", "ahmad": "home", "hannah": "air"}


def introduce(cast: Cast, *, now: datetime) -> None:
    """Add every customer, as the customer system that knows them would."""
    for number, person in enumerate(PEOPLE):
        unit = cast.units[person.unit]
        units = [unit, *([cast.units[ALSO[person.key]]] if person.key in ALSO else [])]
        cast.customers[person.key] = add_customer(
            by=cast.staff["crm"],
            now=now,
            units=units,
            phones=[person.phone] if person.phone else [],
            emails=[person.email] if person.email else [],
            external_ids=[("crm", f"NW-{1001 + number}")],
            preferred_name=person.name,
            form_of_address=person.address,
            time_zone=person.zone,
            language=person.language,
            jurisdiction=person.place,
            value_minor=person.worth * 100,
            value_currency=unit.currency,
            **person.more,
        )
